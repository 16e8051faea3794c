"""The typed client, and through it every call of the control API, over a real socket."""

from __future__ import annotations

import pytest
from aiohttp import web

from mockserver.control.client import ControlClient, ControlError, UnreachableError
from mockserver.errors import MockServerError
from mockserver.faults.answers import Status
from mockserver.faults.rules import Rule, When
from mockserver.server import MockServer
from mockserver.settings import (
    KeySettings,
    SandboxSettings,
    ServerSettings,
    StreamSettings,
)
from tests.mockserver.control.chatting import chat

REFUSAL = Rule(fault=Status(status=503), when=When(times=1))


async def test_any_address_of_the_server_will_do(server: MockServer) -> None:
    """Its root, the API's, or the control API's."""
    root = server.url.removesuffix("/v1")
    for address in (root, f"{root}/", server.url, server.control_url):
        async with ControlClient(address) as client:
            assert (await client.health()).sandboxes == ("default",)


async def test_a_sandbox_is_opened_used_and_closed(
    server: MockServer, client: ControlClient
) -> None:
    """With its own port, keys, settings and rules; its secrets are not told back."""
    settings = SandboxSettings(
        name="mine",
        keys=(KeySettings(id="k", key="sandbox-secret-1"),),
        rules=(REFUSAL,),
        stream=StreamSettings(chunks=3),
    )

    info = await client.open_sandbox(settings)

    assert (info.name, info.key_ids, info.rules) == ("mine", ("k",), 1)
    assert server.sandbox("mine").settings == settings
    assert await chat(info.base_url, "sandbox-secret-1") == 503
    assert await chat(info.base_url, "sandbox-secret-1") == 200
    assert await chat(info.base_url) == 401
    assert [each.name for each in await client.sandboxes()] == ["default", "mine"]
    assert "sandbox-secret-1" not in str(await client.settings("mine"))
    await client.close_sandbox("mine")
    with pytest.raises(ControlError, match="no sandbox 'mine'"):
        await client.sandbox("mine")


async def test_settings_are_patched_whole_or_not_at_all(
    server: MockServer, client: ControlClient
) -> None:
    """Tables are merged; one mistake and nothing changes."""
    await client.patch_settings({"stream": {"style": "sse"}, "replies": {"tokens": 5}})
    with pytest.raises(ControlError) as caught:
        await client.patch_settings({"stream": {"marker": True, "chunks": 0}, "sead": 1})

    stream = server.default.settings.stream
    assert (stream.style, stream.marker, server.default.settings.replies.tokens) == (
        "sse",
        False,
        5,
    )
    assert set(caught.value.lines) >= {"body: stream.chunks: must be at least 1, not 0"}
    for patch in ({"name": "x"}, {"port": 1}, {"rules": []}):
        with pytest.raises(ControlError, match=next(iter(patch))):
            await client.patch_settings(patch)


async def test_a_reset_forgets(server: MockServer, client: ControlClient) -> None:
    """The journal alone, or everything."""
    await chat(server.url)
    await client.clear_journal()
    assert (await client.journal()).exchanges == ()

    await client.add_rules(REFUSAL)
    await chat(server.url)
    assert (await client.reset()).rules == 0
    assert (await client.journal()).exchanges == ()


async def test_a_token_is_sent(server: MockServer) -> None:
    """To a server that listens beyond loopback."""
    guarded = ServerSettings(host="0.0.0.0", control_token="control-token-1")
    async with MockServer(guarded) as open_server:
        async with ControlClient(open_server.url, token="control-token-1") as client:
            assert (await client.health()).status == "ok"
        async with ControlClient(open_server.url) as client:
            with pytest.raises(ControlError, match="send its control token"):
                await client.health()


async def test_nobody_there_is_told_in_one_line() -> None:
    """With the command that starts a server."""
    async with ControlClient("http://127.0.0.1:1") as client:
        with pytest.raises(UnreachableError) as caught:
            await client.health()

    assert "start one with: pawa-mock serve" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("answer", ["<html>", '{"status": 5}', "[1]"])
async def test_somebody_else_there_is_told_in_one_line(answer: str) -> None:
    """Another program on that port."""

    async def other(_: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    runner = web.ServerRunner(web.Server(other))  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with ControlClient(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
            with pytest.raises(UnreachableError):
                await client.health()
    finally:
        await runner.cleanup()


async def test_a_client_is_used_as_a_context(server: MockServer) -> None:
    """Else there is no session to close."""
    with pytest.raises(MockServerError, match="async with"):
        await ControlClient(server.url).health()
