"""The scrape says of every limit, budget and worker what is left."""

from __future__ import annotations

import asyncio
from typing import Any

from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.metrics.scrape import at, scraped
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, until


def server_of(**told: Any) -> MockServer:
    """A server of one sandbox with these settings."""
    return MockServer(ServerSettings(sandboxes=(SandboxSettings.model_validate(told),)))


async def test_limits_are_told_for_everybody_who_has_asked() -> None:
    """The whole of each, and what is left."""
    limits = [
        {"id": "minute", "limit": 5, "window_s": 60},
        {"id": "tokens", "dimension": "tokens", "limit": 1000, "window_s": 60, "scope": "project"},
    ]
    async with server_of(rate_limits=limits) as server:
        before = await scraped(server)
        for _ in range(2):
            await ask(server.default, request(body=chat()))
        found = await scraped(server)
        used = sum(one.tokens_in + one.tokens_out for one in server.default.journal.exchanges())

    assert "pawa_mock_rate_limit_limit" not in before
    assert at(found, "rate_limit_limit", limit="minute", scope="key", owner="dev") == 5
    assert at(found, "rate_limit_remaining", limit="minute", dimension="requests") == 3
    assert at(found, "rate_limit_remaining", limit="tokens", owner="default") == 1000 - used


async def test_twin_limits_of_two_projects_are_one_sample() -> None:
    """The lesser of the two: a page that says one thing twice would be refused."""
    projects = [
        {"id": name, "rate_limits": [{"id": "m", "limit": limit, "scope": "sandbox"}]}
        for name, limit in (("one", 9), ("two", 7))
    ]
    keys = [{"id": name, "key": f"pawa-key-{name}", "project": name} for name in ("one", "two")]
    async with server_of(projects=projects, keys=keys) as server:
        for name in ("one", "two"):
            await ask(server.default, request(body=chat(), key=f"pawa-key-{name}"))
        found = await scraped(server)

    assert at(found, "rate_limit_limit", limit="m") == 7
    assert at(found, "rate_limit_remaining", limit="m") == 6


async def test_budgets_are_told_with_share_alerts_and_refusals() -> None:
    """In money and in tokens, of each subject."""
    price = {"in_per_1k": 0.0, "out_per_1k": 0.0, "per_request": 4.0}
    budget = {"limit_units": 10.0, "price": price}
    tokens = {"id": "words", "scope": "key", "limit_tokens": 0}
    async with server_of(budget=budget) as server:
        for _ in range(3):
            await ask(server.default, request(body=chat()))
        found = await scraped(server)
        server.default.replace_settings(SandboxSettings.model_validate({"budgets": [tokens]}))
        await ask(server.default, request(body=chat()))
        later = await scraped(server)

    main = {"budget": "budget", "scope": "sandbox", "subject": ""}
    assert at(found, "budget_limit_units", **main) == 10
    assert at(found, "budget_spent_units", **main) == 8
    assert at(found, "budget_reserved_units", **main) == 0
    assert at(found, "budget_spent_ratio", measure="units", **main) == 0.8
    assert at(found, "budget_alerts_total", **main) == 1
    assert at(found, "budget_refused_total", **main) == 1
    assert "pawa_mock_budget_limit_tokens" not in found
    assert at(later, "budget_spent_ratio", measure="tokens", budget="words", subject="dev") == 1
    assert at(later, "budget_refused_total", budget="words", scope="key") == 1


async def test_workers_and_their_queue_are_told() -> None:
    """Where there is a capacity; else nobody waits."""
    async with server_of() as server:
        found = await scraped(server)
        assert "pawa_mock_workers" not in found
        assert at(found, "queue_length") == at(found, "workers_busy") == 0

    capacity = {"workers": 1, "frozen": True, "queue": 9}
    async with server_of(capacity=capacity) as server:
        clients = [await RawClient.connect(server.url) for _ in range(2)]
        await asyncio.gather(*(client.send(request(body=chat())) for client in clients))
        await until(lambda: server.default.workers.queued == 2)
        found = await scraped(server)
        for client in clients:
            client.leave()

    assert at(found, "workers", sandbox="default") == 1
    assert at(found, "queue_length", sandbox="default") == 2
    assert at(found, "in_flight", sandbox="default") == 2
