"""Numbers with their bounds."""

from __future__ import annotations

from math import inf

import pytest

from loadtests.judging.figure import NOTHING, Measured, mean_of, peak_of, percentile_of, share_of


def test_of_nothing_nothing_is_measured() -> None:
    """No value, and no observations."""
    assert share_of(0, 0) == mean_of([]) == percentile_of([], 0.5) == peak_of([]) == NOTHING


def test_a_share_knows_its_bounds_and_its_number() -> None:
    """90 of 100 is 0.9, somewhere between 0.8 and 0.96."""
    found = share_of(90, 100, "10 timeout")

    assert (found.value, found.n, found.detail) == (0.9, 100, "10 timeout")
    assert found.low == pytest.approx(0.797, abs=0.01)
    assert found.high == pytest.approx(0.954, abs=0.01)


def test_a_percentile_needs_no_order() -> None:
    """The values come as they came."""
    assert percentile_of([3.0, 1.0, 2.0], 0.5).value == 2.0


def test_what_never_ended_makes_a_percentile_infinite() -> None:
    """As soon as its rank falls on it, and no sooner."""
    assert percentile_of([1.0] * 99 + [inf], 0.99).value == 1.0
    assert percentile_of([1.0] * 98 + [inf] * 2, 0.99).value == inf


def test_a_maximum_has_no_bounds() -> None:
    """One more call could exceed it by any amount."""
    assert peak_of([1.0, 5.0, 2.0]) == Measured(5.0, n=3)


def test_a_unit_is_changed_in_the_number_and_its_bounds() -> None:
    """A bound that there is not stays none."""
    assert Measured(1.0, 0.5, None, 7, "so").times(10) == Measured(10.0, 5.0, None, 7, "so")
