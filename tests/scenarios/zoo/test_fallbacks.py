"""Defects in moving on to the next target."""

from __future__ import annotations

from tests.scenarios.reference.rawserver import fails, raw_server, says
from tests.scenarios.zoo.loose import ask, let_loose
from tests.scenarios.zoo.prey import escaped


async def test_each_is_caught_for_its_own_reason() -> None:
    """Every row that a defect names fails, by a check that the defect is about."""
    assert await escaped("fallbacks") == []


async def test_it_never_learns() -> None:
    """Z18: every call tries the bad primary first; a sound client goes straight to the fallback."""
    breaker = {"failures": 4, "window_s": 30, "open_s": 30, "probes": 1}
    asked = []
    for name in ("Z18", "reference"):
        async with raw_server(fails(503)) as bad, raw_server(says()) as good:
            further = [{"base_url": good.base_url, "api_key": "other-key-123"}]
            options = {"fallbacks": further, "breaker": breaker, "max_attempts": 1}
            async with let_loose(name, bad.base_url, **options) as client:
                assert [await ask(client) for _ in range(20)] == ["Habari"] * 20
        asked.append(len(bad.requests))

    assert asked == [20, 4]
