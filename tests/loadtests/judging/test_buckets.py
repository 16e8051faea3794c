"""The time axis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.judging.buckets import MOST, Buckets, carried_on, summed

MOMENTS = st.lists(st.floats(-1, 5000), max_size=100)


def test_a_quick_run_is_cut_finely_and_a_long_one_coarsely() -> None:
    """Quarters of a second, seconds, and whatever keeps a line within its points."""
    assert Buckets.of(20.0, quick=True) == Buckets(0.25, 80)
    assert Buckets.of(60.0, quick=False) == Buckets(1.0, 60)
    assert Buckets.of(3600.0, quick=False) == Buckets(10.0, 360)
    assert Buckets.of(0.0, quick=False) == Buckets(1.0, 1)


@given(st.floats(0, 1e7), st.booleans())
def test_no_line_has_too_many_points(end_s: float, quick: bool) -> None:
    """And the last piece of time holds the end."""
    buckets = Buckets.of(end_s, quick=quick)

    assert 1 <= buckets.count <= MOST
    assert buckets.count * buckets.step_s == pytest.approx(end_s, abs=buckets.step_s)
    assert len(buckets.times_s) == buckets.count


@given(MOMENTS, st.booleans())
def test_no_moment_is_lost(moments: list[float], quick: bool) -> None:
    """The rates, each times its piece, add up to the number of moments; so with what is early."""
    buckets = Buckets.of(300.0, quick=quick)
    rates = [rate or 0.0 for rate in buckets.rates(moments)]

    assert sum(rates) * buckets.step_s == pytest.approx(len(moments))


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 10)), max_size=80))
def test_percentiles_are_of_what_falls_into_a_piece(points: list[tuple[float, float]]) -> None:
    """Each is a value of its piece; where nothing falls there is none."""
    buckets = Buckets.of(60.0, quick=False)
    (median, last) = buckets.percentiles(points, 0.5, 1.0)

    for number in range(buckets.count):
        inside = [value for at_s, value in points if buckets.place(at_s) == number]
        assert (median[number] is None) == (not inside)
        assert last[number] == max(inside, default=None)
        assert median[number] in [*inside, None]


def test_values_of_one_piece_are_folded() -> None:
    """The largest of each; nothing of nothing."""
    points = [(0.1, 3.0), (0.9, 5.0), (2.5, 1.0)]

    assert Buckets(1.0, 3).folded(points, max) == [5.0, None, 1.0]


def test_lines_of_several_servers_are_added() -> None:
    """None only where none has a value."""
    assert summed([[1.0, None, None], [2.0, 3.0, None]]) == [3.0, 3.0, None]
    assert summed([]) == []


def test_what_is_counted_up_goes_on_as_it_was() -> None:
    """A piece without a sample did not lose what was spent."""
    assert carried_on([None, 1.0, None, 2.0, None]) == [None, 1.0, 1.0, 2.0, 2.0]
