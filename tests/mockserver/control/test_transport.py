"""The way to a mock server, and what a person is told when it leads nowhere."""

from __future__ import annotations

from typing import Literal

import pytest
from aiohttp import web

from mockserver.control import transport
from mockserver.control.client import ControlClient
from mockserver.control.transport import ControlError, Transport, UnreachableError
from mockserver.errors import MockServerError
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings, TlsSettings


@pytest.mark.parametrize("rest", ["", "/", "/v1", "/v1/", "/_mock"])
async def test_any_address_of_a_server_will_do(server: MockServer, rest: str) -> None:
    """Its own, that of the API and that of the control API."""
    async with Transport(server.url.removesuffix("/v1") + rest) as way:
        assert await way._call("GET", "/healthz") == {"status": "ok", "sandboxes": ["default"]}


async def test_a_refusal_has_a_status_and_a_line_for_each_mistake(server: MockServer) -> None:
    """As the server told them."""
    async with Transport(server.url) as way:
        with pytest.raises(ControlError) as caught:
            await way._call("PUT", "/sandboxes/default/budget", {"limit_units": -1, "unit": "TZS"})

    assert caught.value.status == 400
    assert len(caught.value.lines) == 2


async def test_nobody_there_is_told_with_the_mend() -> None:
    """Where it was looked for, and how one is started."""
    async with Transport("http://127.0.0.1:9/v1") as way:
        with pytest.raises(UnreachableError, match=r"at http://127.0.0.1:9 .*pawa-mock serve"):
            await way._call("GET", "/healthz")


async def test_somebody_else_there_is_no_mock_server() -> None:
    """A web server of another kind answers no JSON."""
    runner = web.ServerRunner(web.Server(_say_hello))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with Transport(f"http://127.0.0.1:{runner.addresses[0][1]}") as way:
            with pytest.raises(UnreachableError):
                await way._call("GET", "/healthz")
    finally:
        await runner.cleanup()


async def _say_hello(_: web.BaseRequest) -> web.Response:
    return web.Response(text="hello")


async def test_outside_of_its_context_there_is_no_way() -> None:
    """Neither before nor behind it."""
    client = ControlClient("http://127.0.0.1:9")

    with pytest.raises(MockServerError, match="async with"):
        await client.health()


async def test_a_server_that_speaks_tls_is_reached_by_its_authority() -> None:
    """The certificate of whom to trust is in its file."""
    encrypted = SandboxSettings(tls=TlsSettings())
    async with (
        MockServer(ServerSettings(sandboxes=(encrypted,))) as server,
        ControlClient(server.url, ca_file=server.default.ca_file) as client,
    ):
        assert [one.base_url for one in await client.sandboxes()] == [server.url]


@pytest.mark.parametrize("certificate", ["expired", "wrong_name", "self_signed"])
async def test_a_wrong_certificate_does_not_shut_out_who_steers_this_machine(
    certificate: Literal["expired", "wrong_name", "self_signed"],
) -> None:
    """Else the journal of a server that was told to show one could not be read."""
    wrong = SandboxSettings(tls=TlsSettings(certificate=certificate))
    async with (
        MockServer(ServerSettings(sandboxes=(wrong,))) as server,
        Transport(server.url) as way,
    ):
        assert await way._call("GET", "/healthz") == {"status": "ok", "sandboxes": ["default"]}


async def test_a_certificate_that_is_not_trusted_is_told_with_the_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond this machine a server is believed only by its authority."""
    monkeypatch.setattr(transport, "is_loopback", lambda _: False)
    encrypted = SandboxSettings(tls=TlsSettings())
    async with (
        MockServer(ServerSettings(sandboxes=(encrypted,))) as server,
        Transport(server.url) as way,
    ):
        with pytest.raises(UnreachableError, match=r"not trusted here .*SSL_CERT_FILE"):
            await way._call("GET", "/healthz")


async def test_the_address_of_another_sandbox_is_told_to_be_one(server: MockServer) -> None:
    """The control API is at the first sandbox's, and what others say of it is theirs."""
    other = await server.open_sandbox(SandboxSettings(name="other"))
    async with Transport(other.base_url) as way:
        with pytest.raises(UnreachableError, match=r"answered 404, .*first sandbox"):
            await way._call("GET", "/healthz")


async def test_the_certificate_of_a_running_server_can_be_changed(server: MockServer) -> None:
    """By a patch of its settings, and the connection is in the journal with what became of it."""
    async with ControlClient(server.url) as client:
        await client.open_sandbox(SandboxSettings(name="https", tls=TlsSettings()))
        sandbox = server.sandbox("https")
        await client.patch_settings({"tls": {"certificate": "expired"}}, "https")
        async with Transport(sandbox.base_url, ca_file=sandbox.ca_file) as way:
            with pytest.raises(UnreachableError, match="certificate has expired"):
                await way._call("GET", "/healthz")
        assert await sandbox.journal.wait_for(
            lambda seen: any(one.ended_ns is not None for one in seen.connections()), 5.0
        )
        (connection,) = (await client.connections("https")).connections

    assert connection.tls is not None
    assert connection.tls.failure
