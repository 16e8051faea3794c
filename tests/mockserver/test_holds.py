"""Gates: who waits, who is let go, and how a test knows."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.holds import GateStatus, Holds


@pytest.fixture
def holds() -> Holds:
    """A sandbox's gates, none spoken of yet."""
    return Holds()


async def test_all_that_wait_are_let_go_together(holds: Holds) -> None:
    """A barrier: three come, none passes, then all do."""
    parked = [holds.park("go") for _ in range(3)]

    assert await holds.wait_parked("go", 3)
    assert not any(one.done() for one in parked)
    assert holds.release("go") == 3
    assert all(one.done() for one in parked)
    assert holds.parked("go") == 0


async def test_the_first_come_are_the_first_to_go(holds: Holds) -> None:
    """A release of one lets go of the one that waits longest."""
    first, second = holds.park("go"), holds.park("go")

    assert holds.release("go", 1) == 1
    assert (first.done(), second.done()) == (True, False)
    assert holds.status() == (GateStatus("go", parked=1, released=1, open=False),)


async def test_gates_know_nothing_of_each_other(holds: Holds) -> None:
    """Each name is a gate of its own."""
    there, here = holds.park("there"), holds.park("here")

    holds.release("here")

    assert (there.done(), here.done()) == (False, True)


async def test_who_comes_after_a_release_waits_again(holds: Holds) -> None:
    """Unless the gate was left open; closing it is the next release."""
    holds.release("go")
    assert not holds.park("go").done()
    holds.release("go", keep_open=True)
    assert holds.park("go").done()
    holds.release("go")
    assert not holds.park("go").done()


async def test_who_has_left_is_not_counted(holds: Holds) -> None:
    """A client that gave up is not released any more."""
    parked = holds.park("go")
    holds.leave("go", parked)
    holds.leave("go", parked)

    assert holds.parked("go") == 0
    assert holds.release("go") == 0


async def test_who_is_about_to_leave_takes_nobodys_turn(holds: Holds) -> None:
    """Its client is gone, and it has had no time yet to say so."""
    left, waits = holds.park("go"), holds.park("go")
    left.set_result(None)

    assert holds.release("go", 1) == 1
    assert waits.done()
    assert holds.status() == (GateStatus("go", parked=0, released=1, open=False),)


async def test_waiting_ends_when_enough_have_come(holds: Holds) -> None:
    """Whoever waits for two is told at the second one, not at the first."""
    waiting = asyncio.ensure_future(holds.wait_parked("go", 2))
    await asyncio.sleep(0)
    holds.park("go")
    await asyncio.sleep(0)
    assert not waiting.done()
    holds.park("go")

    assert await waiting


async def test_waiting_has_an_end(holds: Holds) -> None:
    """Nobody comes: the answer is no."""
    assert not await holds.wait_parked("go", timeout_s=0.01)


async def test_a_reset_lets_everybody_go(holds: Holds) -> None:
    """Nothing stays parked in a world that begins anew."""
    parked = holds.park("go")

    holds.release_all()

    assert parked.done()
    assert holds.status() == ()
