"""Defects in waiting: they show under load."""

from __future__ import annotations

import asyncio
import time

import pytest

from scenarios.zoo.queues import PausesEveryClient
from tests.scenarios.reference.rawserver import Wire, fails, holds, raw_server, says
from tests.scenarios.zoo.loose import ask, let_loose


@pytest.mark.parametrize(("name", "late"), [("M94", 6), ("reference", 0)])
async def test_expired_work_is_sent(name: str, late: int) -> None:
    """M94: calls with a deadline of 0.3 s reach the server after an outage of 1 s."""
    back_s = time.monotonic() + 1.0

    async def outage(wire: Wire) -> None:
        await (says() if time.monotonic() > back_s else fails(503))(wire)

    async with (
        raw_server(outage) as server,
        let_loose(name, server.base_url, max_attempts=99, queue_limit=1) as client,
    ):
        told = await asyncio.gather(*(ask(client, deadline_s=0.3) for _ in range(6)))

    assert sum(request.at_s > back_s for request in server.requests) == late
    assert told.count("Habari") == late


async def test_the_backlog_is_dumped() -> None:
    """M106: what failed in the outage is sent in one go, at the first good answer."""
    is_back = False

    async def outage(wire: Wire) -> None:
        await (says() if is_back else fails(503))(wire)

    async with (
        raw_server(outage) as server,
        let_loose("M106", server.base_url, retry_budget_ratio=0.0) as client,
    ):
        backlog = [asyncio.create_task(ask(client, deadline_s=0.01)) for _ in range(40)]
        assert await server.has_requests(40)
        await asyncio.sleep(0.2)
        assert len(server.requests) == 40
        is_back = True

        assert await ask(client) == "Habari"
        assert await asyncio.gather(*backlog) == ["Habari"] * 40

    assert len(server.requests) == 81


@pytest.mark.parametrize(("name", "most"), [("M165", 30), ("reference", 2)])
async def test_everything_is_taken_on(name: str, most: int) -> None:
    """M165: all calls are on the wire at once, whatever the limits."""
    async with (
        raw_server(holds) as server,
        let_loose(name, server.base_url, max_concurrency=2, queue_limit=3) as client,
    ):
        calls = [asyncio.create_task(ask(client)) for _ in range(30)]
        assert await server.has_requests(most)
        refused = [await call for call in calls if name == "reference" and call.done()]
        in_flight = server.open_connections
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)

    assert in_flight == most
    assert set(refused) <= {"queue_full"}


async def test_one_gate_for_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Z19: what one client is told to wait, its neighbour waits."""
    monkeypatch.setattr(PausesEveryClient, "opens_at_s", 0.0)
    waits_s = []
    for name in ("Z19", "reference"):
        async with (
            raw_server(fails(429, Retry_After="1"), says()) as stormy,
            raw_server(says()) as calm,
            let_loose(name, stormy.base_url) as first,
            let_loose(name, calm.base_url) as second,
        ):
            limited = asyncio.create_task(ask(first))
            assert await stormy.has_requests()
            await asyncio.sleep(0.1)
            began_s = time.monotonic()
            assert await ask(second) == "Habari"
            waits_s.append(calm.requests[0].at_s - began_s)
            assert await limited == "Habari"

    assert waits_s[0] > 0.5 > waits_s[1]
