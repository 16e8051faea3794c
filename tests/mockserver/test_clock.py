"""The machine's clock, as a sandbox reads it."""

from __future__ import annotations

import asyncio
import time

from mockserver.clock import RealClock


def test_both_times_are_the_machines() -> None:
    """The clock agrees with ``time``."""
    clock = RealClock()
    before = time.monotonic_ns(), time.time()

    now = clock.monotonic_ns(), clock.wall_s()

    assert before[0] <= now[0] <= time.monotonic_ns()
    assert before[1] <= now[1] <= time.time()


async def test_a_call_comes_after_its_delay_and_never_sooner() -> None:
    """``call_later`` keeps the whole delay."""
    clock = RealClock()
    called: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    began = clock.monotonic_ns()

    clock.call_later(0.02, lambda: called.set_result(clock.monotonic_ns()))

    assert await called - began >= 20_000_000


async def test_a_call_can_be_called_off() -> None:
    """A cancelled timer never calls."""
    calls: list[int] = []
    timer = RealClock().call_later(0.0, lambda: calls.append(1))

    timer.cancel()
    await asyncio.sleep(0.01)

    assert calls == []
