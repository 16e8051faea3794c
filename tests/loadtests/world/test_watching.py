"""A snapshot says what the last two seconds were like."""

from __future__ import annotations

import pytest

from loadtests.events import CallEnded
from loadtests.profile_file import profile_of
from loadtests.traffic.schedule import Schedule, schedule_of
from loadtests.world.watching import DRAINING, Recent, phase_at

PROFILE = profile_of(
    {
        "name": "even",
        "note": "ten calls a second",
        "traffic": {"arrivals": "constant", "rate_per_s": 10.0},
        "phases": [{"name": "first", "length_s": 4.0}, {"name": "second", "length_s": 6.0}],
    },
    "even.toml",
)


@pytest.fixture
def schedule() -> Schedule:
    """A hundred calls in ten seconds, evenly."""
    return schedule_of(PROFILE, quick=False, seed=1)


def ended(index: int, outcome: str, at_s: float, took_s: float = 0.1) -> CallEnded:
    """A call as it is told."""
    done_s = None if outcome == "running" else at_s
    return CallEnded("client", index, at_s - took_s, at_s - took_s, done_s, outcome)


def test_rates_are_those_of_the_last_two_seconds(schedule: Schedule) -> None:
    """What lies further back is forgotten."""
    recent = Recent(schedule)
    for number in range(60):
        at_s = 0.1 + number / 10
        outcome = "ok" if number % 2 else "timeout"
        recent.call(ended(number, outcome, at_s, took_s=1.0 if number == 0 else 0.2), at_s)
        if number % 5 == 4:
            recent.snapshot(at_s, arrived=2 * number, queue=0)
    shown = recent.snapshot(6.0, arrived=120, queue=3)

    assert shown.offered_per_s == pytest.approx(10.0)
    assert shown.goodput_per_s == pytest.approx(5.0, abs=0.5)
    assert shown.errors["timeout"] == pytest.approx(10, abs=1)
    assert shown.attempts_per_s == pytest.approx(20.0, abs=1.5)
    assert shown.p95_s == pytest.approx(0.2)
    assert (shown.queue, shown.running) == (3, 0)


def test_nothing_has_happened_at_the_start(schedule: Schedule) -> None:
    """No rate is made of nothing, and no delay."""
    shown = Recent(schedule).snapshot(0.0, arrived=0, queue=0)

    assert shown.offered_per_s == shown.attempts_per_s == shown.goodput_per_s == 0
    assert shown.p95_s is None
    assert shown.errors == {}


def test_calls_that_were_due_and_are_not_told_are_running(schedule: Schedule) -> None:
    """One that is told as running at the end counts as told."""
    recent = Recent(schedule)
    recent.call(ended(0, "ok", 0.2), 0.2)
    recent.call(ended(1, "running", 0.3), 0.3)

    shown = recent.snapshot(1.0, arrived=0, queue=0)
    assert shown.running == 8
    assert shown.errors == {}


def test_each_moment_has_the_name_of_its_phase(schedule: Schedule) -> None:
    """After the last one the calls come to their end."""
    named = [phase_at(schedule, at_s) for at_s in (0.0, 3.99, 4.0, 9.99, 10.0)]

    assert named == ["first", "first", "second", "second", DRAINING]
