"""The scrape says what the server is doing at this moment."""

from __future__ import annotations

from importlib.metadata import version

from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.metrics.scrape import at, scraped
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, busy, last, until


async def test_each_sandbox_has_its_own_samples() -> None:
    """Until it is closed."""
    rules = [{"fault": {"kind": "noop"}}]
    lab = SandboxSettings.model_validate({"name": "lab", "rules": rules})
    async with MockServer() as server:
        opened = await server.open_sandbox(lab)
        opened.refuse_connections(None)
        both = await scraped(server)
        await server.close_sandbox("lab")
        one = await scraped(server)

    assert (at(both, "sandboxes"), at(one, "sandboxes")) == (2, 1)
    assert (at(both, "rules", sandbox="lab"), at(both, "rules", sandbox="default")) == (1, 0)
    assert (at(both, "listening", sandbox="lab"), at(both, "listening", sandbox="default")) == (
        0,
        1,
    )
    assert at(one, "listening") == 1
    assert at(both, "build_info", version=version("pawa-resilience")) == 1


async def test_what_is_open_is_counted() -> None:
    """Requests, connections (the scrape's own too), and the tasks that serve them."""
    async with MockServer() as server:
        idle = await scraped(server)
        hold = {"fault": {"kind": "hold"}}
        settings = SandboxSettings.model_validate({"rules": [hold]})
        server.default.replace_settings(settings)
        async with await RawClient.connect(server.url) as client:
            await client.send(request(body=chat()))
            await busy(server.default.connections)
            await until(lambda: len(server.default.connections.open_connections()) == 1)
            held = await scraped(server)

    assert (at(idle, "in_flight"), at(held, "in_flight")) == (0, 1)
    assert at(held, "connections") == at(idle, "connections") + 1 == 2
    assert at(held, "asyncio_tasks") > at(idle, "asyncio_tasks") > 0


async def test_what_the_journal_let_go_of_is_counted() -> None:
    """And what became of messages to a webhook."""
    small = SandboxSettings.model_validate({"journal": {"max_exchanges": 1}})
    async with MockServer(ServerSettings(sandboxes=(small,))) as server:
        for _ in range(3):
            await ask(server.default, request(body=chat()))
        await last(server.default)
        found = await scraped(server)

    assert at(found, "journal_dropped_total", sandbox="default") == 2
    assert at(found, "webhook_messages_total", outcome="sent") == 0
    assert at(found, "webhook_messages_total", outcome="failed") == 0
