"""One point in time, carried through a call."""

from __future__ import annotations

import math

from scenarios.reference.deadline import Deadline


class Hands:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_time_runs_out() -> None:
    """What remains shrinks to zero and never below."""
    hands = Hands()
    deadline = Deadline.after(3, hands)

    assert (deadline.remaining_s, deadline.timeout_s, deadline.passed) == (3, 3, False)
    hands.now_s += 5
    assert (deadline.remaining_s, deadline.timeout_s, deadline.passed) == (0, 0, True)


def test_never() -> None:
    """Without a deadline time never runs out, and asyncio gets no limit."""
    deadline = Deadline.after(None, Hands())

    assert math.isinf(deadline.remaining_s)
    assert deadline.timeout_s is None
    assert deadline.share(2) is deadline


def test_share() -> None:
    """A share leaves the others as much; the last one gets everything."""
    hands = Hands()
    deadline = Deadline.after(6, hands)

    assert deadline.share(3).remaining_s == 2
    assert deadline.share(1) is deadline


def test_sooner() -> None:
    """The earlier of two limits counts."""
    deadline = Deadline.after(6, Hands())

    assert deadline.sooner(2).remaining_s == 2
    assert deadline.sooner(20).remaining_s == 6
    assert deadline.sooner(None) is deadline
