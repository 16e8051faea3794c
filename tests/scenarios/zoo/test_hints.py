"""Defects in what is made of Retry-After."""

from __future__ import annotations

import asyncio

from scenarios.reference.backoff import FullJitter
from scenarios.zoo.hints import WakesOnTheDot
from tests.scenarios.reference.rawserver import fails, raw_server, says
from tests.scenarios.zoo.loose import ask, let_loose
from tests.scenarios.zoo.prey import escaped


async def test_each_is_caught_for_its_own_reason() -> None:
    """Every row that a defect names fails, by a check that the defect is about."""
    assert await escaped("hints") == []


async def test_all_wake_on_the_dot() -> None:
    """M116: those who were told one second come back together; sound clients spread out."""
    spreads_s = []
    for name in ("M116", "reference"):
        limited = [fails(429, Retry_After="1")] * 20
        async with (
            raw_server(*limited, says()) as server,
            let_loose(name, server.base_url, retry_budget_ratio=1000) as client,
        ):
            assert await asyncio.gather(*(ask(client) for _ in range(20))) == ["Habari"] * 20
        waits_s = [request.at_s - server.requests[0].at_s for request in server.requests[20:]]
        spreads_s.append(max(waits_s) - min(waits_s))

    assert spreads_s[0] < spreads_s[1]


def test_the_hint_is_all_that_it_waits() -> None:
    """M116: to the millisecond, and only where there is a hint."""
    policy = WakesOnTheDot(3, FullJitter(0.5, 8), 60)

    assert [policy.delay_s(2.0, 1, draw / 10) for draw in range(10)] == [2.0] * 10
    assert policy.delay_s(None, 1, 0.1) != policy.delay_s(None, 1, 0.9)
