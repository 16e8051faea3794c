"""A server's life: sandboxes on ports of their own, and a clean end whatever is going on."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from mockserver.errors import (
    DefaultSandboxError,
    NotRunningError,
    PortInUse,
    SandboxExistsError,
    UnknownSandboxError,
)
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request
from tests.mockserver.talk import ask


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_the_first_sandbox_is_served_with_the_control_api_beside_it() -> None:
    """One port for the API and for ``/_mock``."""
    async with MockServer() as server:
        healthy = await ask(server.default, request(body=chat()))
        control = await ask(server.default, request("/_mock/healthz", method="GET"))

        assert server.url == server.default.base_url
        assert server.control_url == server.url.removesuffix("/v1") + "/_mock"
        assert (healthy.status, control.status) == (200, 200)


async def test_each_further_sandbox_has_its_own_port() -> None:
    """Those of the settings, and those that are opened later."""
    settings = ServerSettings(sandboxes=(SandboxSettings(), SandboxSettings(name="two")))
    async with MockServer(settings) as server:
        three = await server.open_sandbox(SandboxSettings(name="three"))

        assert [sandbox.name for sandbox in server.sandboxes] == ["default", "two", "three"]
        assert len({sandbox.port for sandbox in server.sandboxes}) == 3
        assert (await ask(three, request(body=chat()))).status == 200
        assert (await ask(three, request("/_mock/healthz", method="GET"))).status == 404


async def test_a_closed_sandbox_is_gone() -> None:
    """Its port refuses, its name is unknown and free again."""
    async with MockServer() as server:
        sandbox = await server.open_sandbox(SandboxSettings(name="two"))
        await server.close_sandbox("two")

        with pytest.raises(ConnectionRefusedError):
            await RawClient.connect(sandbox.base_url)
        with pytest.raises(UnknownSandboxError, match="open are: default"):
            server.sandbox("two")
        assert (await server.open_sandbox(SandboxSettings(name="two"))).port > 0


async def test_names_are_unique_and_the_first_sandbox_stays() -> None:
    """Each mistake has its own error."""
    async with MockServer() as server:
        with pytest.raises(SandboxExistsError):
            await server.open_sandbox(SandboxSettings())
        with pytest.raises(DefaultSandboxError):
            await server.close_sandbox("default")


async def test_a_server_that_does_not_run_says_so() -> None:
    """Neither a URL nor a sandbox before start and after close."""
    server = MockServer()

    with pytest.raises(NotRunningError):
        _ = server.url
    with pytest.raises(NotRunningError):
        await server.open_sandbox(SandboxSettings(name="two"))


async def test_a_busy_port_leaves_nothing_open() -> None:
    """The sandboxes before the one that failed are closed again."""
    async with MockServer() as server:
        before = open_files()
        settings = ServerSettings(
            sandboxes=(
                SandboxSettings(),
                SandboxSettings(name="two", port=server.default.port),
            )
        )

        with pytest.raises(PortInUse, match="the port is in use"):
            await MockServer(settings).start()
        assert open_files() == before


async def test_the_end_is_clean_with_streams_holds_and_half_requests_open() -> None:
    """No task and no file is left, and it does not take long."""
    rules = [
        {"match": {"body": "hold"}, "fault": {"kind": "hold"}},
        {"match": {"stream": True}, "fault": {"kind": "stall", "after_chunks": 1}},
        {"match": {"body": "drip"}, "fault": {"kind": "drip", "interval_s": 0.01}},
    ]
    gc.collect()
    tasks, files = len(asyncio.all_tasks()), open_files()
    settings = ServerSettings(sandboxes=(SandboxSettings.model_validate({"rules": rules}),))
    server = MockServer(settings)
    await server.start()
    clients = [await RawClient.connect(server.url) for _ in range(5)]
    await clients[0].send(request(body=chat("hold")))
    await clients[1].send(request(body=chat(stream=True)))
    await clients[2].send(request(body=chat("drip")))
    await clients[3].send(request(body=chat())[:-5])
    await clients[4].send(request("/v1/models", method="GET"))
    await clients[4].read_reply()
    journal = server.default.journal
    assert await journal.wait_for(lambda seen: seen.in_flight == 3, LONG_S)

    async with asyncio.timeout(2.0):
        await server.close()

    endings = {exchange.ending for exchange in journal.exchanges()}
    for client in clients:
        client.leave()
    assert endings == {"server_stopped", "complete"}
    assert all(connection.ended_ns is not None for connection in journal.connections())
    assert len(asyncio.all_tasks()) == tasks
    assert open_files() == files


async def test_closing_twice_is_harmless() -> None:
    """As is closing what never ran."""
    server = MockServer()
    await server.close()
    await server.start()
    await server.close()
    await server.close()
