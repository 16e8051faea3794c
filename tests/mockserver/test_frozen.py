"""A sandbox that stands still for a while."""

from __future__ import annotations

from mockserver.answer import Answer
from mockserver.clock import TurnableClock
from mockserver.delivery import lay_out
from mockserver.frozen import FROZEN, Freeze, held
from mockserver.holds import Holds


async def test_it_ends_by_the_sandbox_s_clock() -> None:
    """All that wait are let go when the clock has come so far."""
    clock, holds = TurnableClock(frozen=True), Holds()
    freeze = Freeze(holds, clock)
    freeze.begin(10)
    parked = holds.park(FROZEN.name)

    await clock.advance(9)
    assert freeze.active
    assert not parked.done()
    await clock.advance(1)

    assert not freeze.active
    assert parked.done()


async def test_the_last_beginning_counts() -> None:
    """A second freeze takes the place of the first."""
    clock = TurnableClock(frozen=True)
    freeze = Freeze(Holds(), clock)
    freeze.begin(1)
    freeze.begin(10)

    await clock.advance(5)

    assert freeze.active
    freeze.stop()
    assert not freeze.active


def test_a_delivery_waits_once() -> None:
    """Whoever asks twice for it."""
    once = held(lay_out(Answer(200)))

    assert once.extras is not None
    assert once.extras.gates == (FROZEN,)
    assert held(once) is once
