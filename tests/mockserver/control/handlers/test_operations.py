"""Metrics, readiness and audit, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from mockserver.control.client import ControlError
from mockserver.control.handlers import operations
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from tests.mockserver.metrics.scrape import at, samples_of
from tests.mockserver.rawclient import request
from tests.mockserver.talk import ask

if TYPE_CHECKING:
    from mockserver.control.client import ControlClient


async def test_the_metrics_are_the_same_at_both_places(server: MockServer) -> None:
    """At the root, where a scraper looks, and with the other calls."""
    root = server.url.removesuffix("/v1")
    async with aiohttp.ClientSession() as session:
        for path in ("/metrics", "/_mock/metrics"):
            async with session.get(root + path) as response:
                assert at(samples_of(await response.text()), "sandboxes") == 1


async def test_a_server_that_refuses_connections_is_not_ready(
    server: MockServer, client: ControlClient
) -> None:
    """Whoever may know is told which; a stranger only that it is so. Then it is ready again."""
    assert await client.ready()
    other = await server.open_sandbox(SandboxSettings(name="other"))
    other.refuse_connections(None)

    assert not await client.ready()
    with pytest.raises(ControlError, match=r"^sandbox 'other' refuses connections"):
        await client._call("GET", "/readyz")
    stranger = await ask(server.default, request("/readyz", method="GET"))
    assert (stranger.status, stranger.json) == (503, {"status": "not ready"})
    assert (await ask(server.default, request("/healthz", method="GET"))).status == 200

    await client.close_sandbox("other")
    assert await client.ready()


async def test_readiness_that_may_not_be_asked_for_is_told(client: ControlClient) -> None:
    """Refused is neither ready nor not."""
    client._headers["Host"] = "mock.example.test"
    await client.close()
    async with client:
        with pytest.raises(ControlError, match="without a token"):
            await client.ready()


def test_a_server_that_stops_is_not_ready() -> None:
    """Nor is one that never began."""
    assert operations.obstacles(MockServer()) == ["the server is stopping"]


async def test_the_audit_is_read_by_sandbox_number_and_count(
    server: MockServer, client: ControlClient
) -> None:
    """In order, with the fields that were sent and none of their values."""
    await client.open_sandbox(SandboxSettings(name="lab", seed=7))
    await client.patch_settings({"seed": 8, "stream": {"chunks": 3}}, name="lab")
    await client.reset()
    page = await client.audit()

    assert [(one.seq, one.sandbox, one.status) for one in page.changes] == [
        (1, "lab", 201),
        (2, "lab", 200),
        (3, "default", 200),
    ]
    patch = page.changes[1]
    assert (patch.method, patch.path) == ("PATCH", "/_mock/sandboxes/lab/settings")
    assert (patch.by, patch.address, patch.fields) == ("loopback", "127.0.0.1", ("seed", "stream"))
    assert page.dropped == 0
    assert [one.seq for one in (await client.audit(sandbox="lab")).changes] == [1, 2]
    assert [one.seq for one in (await client.audit(after=1, limit=1)).changes] == [3]
    with pytest.raises(ControlError, match="query: limit"):
        await client.audit(limit=0)
