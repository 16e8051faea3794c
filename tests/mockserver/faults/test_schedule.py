"""When a rule fires: exact counts, windows of time, and where a draw lies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults.rules import When
from mockserver.faults.schedule import chance_at, decide, is_open


def fired_of(requests: int, *, draws: list[float] | None = None, **when: Any) -> list[int]:
    """Which of so many requests (numbered from 1) a rule fires for."""
    schedule = When(**when)
    fired: list[int] = []
    for seen in range(requests):
        chance = None if draws is None else draws[seen]
        if decide(schedule, seen, len(fired), chance, elapsed_s=0.0):
            fired.append(seen + 1)
    return fired


@pytest.mark.parametrize(
    ("when", "fired"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ({"times": 3}, [1, 2, 3]),
        ({"after": 7}, [8, 9, 10]),
        ({"every": 4}, [1, 5, 9]),
        ({"after": 2, "every": 3}, [3, 6, 9]),
        ({"after": 2, "every": 3, "times": 2}, [3, 6]),
        ({"after": 10}, []),
    ],
)
def test_counts_are_exact(when: dict[str, Any], fired: list[int]) -> None:
    """``after`` passes so many, ``every`` takes the first of each, ``times`` ends it."""
    assert fired_of(10, **when) == fired


@given(
    requests=st.integers(0, 60),
    after=st.integers(0, 20),
    every=st.integers(1, 9),
    times=st.none() | st.integers(1, 20),
)
def test_the_number_of_firings_follows_from_the_settings(
    requests: int, after: int, every: int, times: int | None
) -> None:
    """Of what is left after ``after``, one in ``every``, rounded up, at most ``times``."""
    fired = fired_of(requests, after=after, every=every, times=times)

    possible = -(-max(0, requests - after) // every)
    assert len(fired) == (possible if times is None else min(possible, times))
    assert all((number - 1 - after) % every == 0 for number in fired)


@given(st.lists(st.floats(0, 1, exclude_max=True), max_size=40), st.floats(0, 1))
def test_chance_fires_exactly_where_the_draw_is_below_it(
    draws: list[float], probability: float
) -> None:
    """Probability 0 never fires and 1 always does."""
    fired = fired_of(len(draws), draws=draws, probability=probability)

    assert fired == [n for n, chance in enumerate(draws, start=1) if chance < probability]
    assert fired_of(len(draws), draws=draws, probability=0) == []
    assert len(fired_of(len(draws), draws=draws, probability=1)) == len(draws)


@pytest.mark.parametrize(
    ("elapsed_s", "fires"), [(0.0, False), (1.99, False), (2.0, True), (4.99, True), (5.0, False)]
)
def test_a_window_holds_its_first_moment_and_not_its_last(elapsed_s: float, fires: bool) -> None:
    """From 2 s to 5 s of the plan's age."""
    assert decide(When(from_s=2, until_s=5), 0, 0, None, elapsed_s) is fires


seconds = st.floats(0, 100_000)


@given(
    seconds,
    st.none() | st.floats(0, 1000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.001, 10_000),
)
def test_a_ramp_is_exact_at_its_ends_and_never_leaves_them(
    elapsed_s: float, from_s: float | None, from_p: float, to_p: float, over_s: float
) -> None:
    """It begins with its window, ends after its time, and is between the two chances always."""
    when = When.model_validate(
        {"from_s": from_s, "ramp": {"from_p": from_p, "to_p": to_p, "over_s": over_s}}
    )
    began_s = from_s or 0.0
    low, high = min(from_p, to_p), max(from_p, to_p)

    chance = chance_at(when, elapsed_s)

    assert chance is not None
    assert low - 1e-12 <= chance <= high + 1e-12
    assert chance_at(when, began_s) == from_p
    assert chance_at(when, began_s + 2 * over_s) == to_p
    later = chance_at(when, elapsed_s + over_s / 10)
    assert later is not None
    assert (later - chance) * (to_p - from_p) >= -1e-9, "it never turns back"


def test_a_ramp_is_half_way_in_the_middle_of_its_time() -> None:
    """The growth of a brownout is even, and a recovery is a ramp that falls."""
    grows = When.model_validate({"from_s": 10, "ramp": {"from_p": 0, "to_p": 0.5, "over_s": 60}})
    falls = When.model_validate({"ramp": {"from_p": 1, "to_p": 0.2, "over_s": 8}})

    assert chance_at(grows, 40) == pytest.approx(0.25)
    assert chance_at(falls, 4) == pytest.approx(0.6)


@given(
    seconds,
    st.integers(1, 600),
    st.data(),
    st.none() | st.integers(0, 1000),
    st.integers(0, 1000),
)
def test_a_cycle_is_on_in_the_first_part_of_every_turn(
    elapsed_s: float, period_s: int, data: st.DataObject, from_s: int | None, offset_s: int
) -> None:
    """Never before its beginning, and the same in each turn."""
    on_s = data.draw(st.floats(0.01, period_s - 0.5))
    when = When.model_validate(
        {"from_s": from_s, "cycle": {"period_s": period_s, "on_s": on_s, "offset_s": offset_s}}
    )
    began_s = (from_s or 0) + offset_s
    place_s = (elapsed_s - began_s) % period_s

    assert is_open(when, elapsed_s) is (elapsed_s >= began_s and place_s < on_s)
    assert is_open(when, began_s)
    assert not is_open(when, began_s + period_s - 0.25)
    assert is_open(when, began_s + 7 * period_s)


@pytest.mark.parametrize(
    ("when", "on"),
    [
        ({"from_s": 3, "until_s": 5}, [3, 4]),
        ({"cycle": {"period_s": 4, "on_s": 1}}, [0, 4, 8]),
        ({"cycle": {"period_s": 4, "on_s": 2, "offset_s": 3}}, [3, 4, 7, 8]),
        ({"from_s": 2, "until_s": 8, "cycle": {"period_s": 3, "on_s": 1}}, [2, 5]),
    ],
)
def test_shapes_of_time_work_together(when: dict[str, Any], on: list[int]) -> None:
    """An outage, a burst, a flapping server, a server that flaps for a while."""
    schedule = When.model_validate(when)

    assert [s for s in range(10) if decide(schedule, 0, 0, None, float(s))] == on


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 200), st.floats(0, 200))
def test_a_call_that_failed_in_a_growing_brownout_fails_later_too(
    drawn: float, first_s: float, second_s: float
) -> None:
    """The draw of an attempt is one number, and the chance only grows."""
    when = When.model_validate({"ramp": {"from_p": 0, "to_p": 1, "over_s": 120}})
    early, late = sorted((first_s, second_s))

    if decide(when, 0, 0, drawn, early):
        assert decide(when, 0, 0, drawn, late)
