"""Defects in what is tried again, how often, and with which body."""

from __future__ import annotations

from tests.scenarios.reference.rawserver import fails, raw_server, says
from tests.scenarios.zoo.loose import ask, let_loose
from tests.scenarios.zoo.prey import escaped


async def test_each_is_caught_for_its_own_reason() -> None:
    """Every row that a defect names fails, by a check that the defect is about."""
    assert await escaped("retries") == []


async def test_nothing_holds_it_back() -> None:
    """M19: whatever it is given, every call takes all its attempts, late ones too."""
    breaker = {"failures": 2, "window_s": 30, "open_s": 30, "probes": 1}
    sent = []
    for name in ("M19", "reference"):
        async with (
            raw_server(fails(503)) as server,
            let_loose(name, server.base_url, breaker=breaker, retry_budget_ratio=0.1) as client,
        ):
            for _ in range(10):
                await ask(client, deadline_s=0.0)
                await ask(client)
        sent.append(len(server.requests))

    assert sent == [60, 2]


async def test_it_gives_up_after_one_retry() -> None:
    """M166: two failures in a row are the end, where three attempts are allowed."""
    kinds = []
    for name in ("M166", "reference"):
        async with (
            raw_server(fails(503), fails(503), says("third")) as server,
            let_loose(name, server.base_url) as client,
        ):
            kinds.append(await ask(client))

    assert kinds == ["server_error", "third"]
