"""A wait that may be ended early."""

from __future__ import annotations

import asyncio

from mockserver.admission.bell import Bell
from mockserver.clock import RealClock


async def test_whoever_waits_is_woken_by_the_bell_or_by_the_time() -> None:
    """Once for each wait, and nobody when nobody waits."""
    bell, calls = Bell(RealClock()), list[str]()
    bell.ring()
    assert calls == []

    timer = bell.call_later(3600, lambda: calls.append("early"))
    bell.ring()
    bell.ring()
    timer.cancel()
    assert calls == ["early"]

    done = asyncio.Event()
    bell.call_later(0.0, done.set)
    await asyncio.wait_for(done.wait(), 20)


def test_it_tells_the_time_of_its_clock() -> None:
    """It is the same clock."""
    clock = RealClock()
    bell = Bell(clock)

    assert clock.monotonic_ns() <= bell.monotonic_ns() <= clock.monotonic_ns()
    assert clock.wall_s() <= bell.wall_s() <= clock.wall_s()
