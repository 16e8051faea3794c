"""Control calls come in on the first sandbox's port and leave no trace in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockserver.control import dispatch as control
from mockserver.faults.rules import Rule
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, busy, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    async with MockServer() as running:
        yield running


async def test_control_calls_are_no_traffic(server: MockServer) -> None:
    """They are in no journal and meet no fault."""
    rules = {"rules": [{"fault": {"kind": "status", "status": 503}}]}
    replaced = await ask(
        server.default, request("/_mock/sandboxes/default/rules", rules, method="PUT")
    )
    listed = await ask(server.default, request("/_mock/sandboxes", method="GET"))

    assert (replaced.status, listed.status) == (200, 200)
    assert server.default.journal.exchanges() == ()
    assert (await ask(server.default, request(body=chat()))).status == 503


async def test_a_query_reaches_its_call(server: MockServer) -> None:
    """The journal can be asked by filters."""
    await ask(server.default, request(body=chat()))
    received = await ask(
        server.default, request("/_mock/sandboxes/default/journal?status=200", method="GET")
    )

    assert len(received.json["exchanges"]) == 1  # type: ignore[index]


async def test_traffic_and_control_share_a_connection(server: MockServer) -> None:
    """What belongs to whom is decided request by request."""
    async with await RawClient.connect(server.url) as client:
        await client.send(request("/_mock/healthz", method="GET"))
        first = await client.read_reply()
        await client.send(request("/v1/models", method="GET"))
        second = await client.read_reply()

    assert (first.status, second.status) == (200, 200)
    assert len(server.default.journal.exchanges()) == 1


@pytest.mark.parametrize("who", ["client", "server"])
async def test_a_call_that_waits_ends_with_its_connection(server: MockServer, who: str) -> None:
    """Whoever leaves: the wait for the journal does not go on for nobody, nor keep the server."""
    waiting = "/_mock/sandboxes/default/journal?at_least=1&timeout_s=60"
    tasks = len(asyncio.all_tasks())
    async with await RawClient.connect(server.url) as client:
        await client.send(request(waiting, method="GET"))
        await busy(server.default.connections)
        if who == "client":
            client.leave()
        else:
            async with asyncio.timeout(1.0):
                await server.close()
        await until(lambda: len(asyncio.all_tasks()) == tasks)


async def test_a_path_that_only_begins_like_it_is_traffic(server: MockServer) -> None:
    """``/_mockery`` is a 404 of the API."""
    received = await ask(server.default, request("/_mockery", method="GET"))

    assert received.json == {"success": False, "message": "Not found: /_mockery", "data": None}
    assert len(server.default.journal.exchanges()) == 1


async def test_a_mistake_of_ours_is_500(
    server: MockServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The traceback goes to the log, not to the caller."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(control, "dispatch", broken)
    received = await ask(server.default, request("/_mock/healthz", method="GET"))

    assert received.status == 500
    assert b"ZeroDivision" not in received.data
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/metrics?x=1"])
async def test_probes_find_the_root(server: MockServer, method: str, path: str) -> None:
    """They are no traffic either; a HEAD has no body."""
    rule = Rule.model_validate({"fault": {"kind": "status", "status": 503}})
    server.default.replace_rules((rule,))
    async with await RawClient.connect(server.url) as client:
        await client.send(request(path, method=method, headers=(("Connection", "close"),)))
        received = await client.read()

    assert received.status == (405 if method == "POST" else 200)
    assert (received.body == b"") is (method == "HEAD")
    assert server.default.journal.exchanges() == ()
    assert server.default.usage.rows == {}


async def test_another_sandbox_has_nothing_at_its_root(server: MockServer) -> None:
    """Its paths are all the API's."""
    other = await server.open_sandbox(SandboxSettings(name="other"))

    for path in ("/metrics", "/healthz", "/_mock/healthz"):
        assert (await ask(other, request(path, method="GET"))).status == 404
    assert len(other.journal.exchanges()) == 3


async def test_calls_that_change_something_go_into_the_audit(server: MockServer) -> None:
    """Whatever became of them; those that read do not."""
    path = "/_mock/sandboxes/default"
    writes = (("POST", f"{path}/reset"), ("PUT", f"{path}/rules"), ("PATCH", "/_mock"))
    for method, at in (("GET", path), *writes):
        await ask(server.default, request(at, {"rules": 5}, method=method))
    told = [(one.method, one.path, one.status, one.address) for one in server.audit.changes()]

    assert told == [
        ("POST", f"{path}/reset", 200, "127.0.0.1"),
        ("PUT", f"{path}/rules", 400, "127.0.0.1"),
        ("PATCH", "/_mock", 404, "127.0.0.1"),
    ]
