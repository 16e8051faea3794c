"""Bounds of what was measured: what a difference must exceed to be one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.judging.intervals import (
    NO_BOUNDS,
    mean_bounds,
    nearest_rank,
    quantile_bounds,
    share_bounds,
)

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=300).map(sorted)
SHARES = st.sampled_from([0.01, 0.5, 0.95, 0.99, 0.999])


def test_a_bound_of_a_share_is_where_the_score_test_turns() -> None:
    """At both bounds p the share of 45 in 50 lies 2.576 standard deviations of p away."""
    for bound in share_bounds(45, 50):
        assert bound is not None
        assert abs(0.9 - bound) / (bound * (1 - bound) / 50) ** 0.5 == pytest.approx(
            2.576, abs=1e-3
        )


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_within_its_bounds(counted: tuple[int, int]) -> None:
    """And they within 0 and 1; they meet the end where all or none hit."""
    hits, of = counted
    low, high = share_bounds(hits, of)

    assert low is not None
    assert high is not None
    assert 0 <= low <= hits / of <= high <= 1
    assert high - low > 0


def test_the_share_of_nothing_has_no_bounds() -> None:
    """No observation, no bound."""
    assert share_bounds(0, 0) == NO_BOUNDS


@given(VALUES, SHARES)
def test_a_percentile_is_a_value_that_was_seen(values: list[float], share: float) -> None:
    """At least that share of the values do not exceed it, and it is the smallest of that kind."""
    found = nearest_rank(values, share)

    assert found in values
    assert found is not None
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) < share * len(values) + 1e-6


def test_nearest_rank_of_twenty() -> None:
    """p95 is the nineteenth, p50 the tenth, p99.9 the last."""
    values = [float(number) for number in range(1, 21)]

    assert [nearest_rank(values, share) for share in (0.5, 0.95, 0.999)] == [10, 19, 20]
    assert nearest_rank([], 0.5) is None


@given(VALUES, SHARES)
def test_a_percentile_lies_within_its_bounds(values: list[float], share: float) -> None:
    """Where there are enough values to have them."""
    found = nearest_rank(values, share)
    low, high = quantile_bounds(values, share)

    assert found is not None
    assert low is None or low <= found
    assert high is None or found <= high


def test_the_upper_bound_of_p99_needs_528_values() -> None:
    """0.99**528 is the first below half a percent."""
    values = [float(number) for number in range(528)]

    assert quantile_bounds(values, 0.99)[1] == 527
    assert quantile_bounds(values[:-1], 0.99)[1] is None
    assert quantile_bounds([], 0.99) == NO_BOUNDS


def test_the_true_median_is_missed_once_in_a_hundred() -> None:
    """Of 400 seeded samples of 60 about 4; never 15."""
    rng = Random(5)
    missed = 0
    for _ in range(400):
        low, high = quantile_bounds(sorted(rng.expovariate(1.0) for _ in range(60)), 0.5)
        assert low is not None
        assert high is not None
        missed += not low <= 0.6931 <= high

    assert missed < 15


def test_the_bounds_of_a_mean_shrink_with_the_root_of_the_number() -> None:
    """Four times the values, half the width; few values have none."""
    rng = Random(1)
    values = [rng.random() for _ in range(4000)]
    (low, high), (near, far) = mean_bounds(values), mean_bounds(values[:1000])

    assert low is not None
    assert high is not None
    assert near is not None
    assert far is not None
    assert (far - near) / (high - low) == pytest.approx(2, rel=0.1)
    assert mean_bounds([1.0] * 19) == NO_BOUNDS


def test_fifty_thousand_values_have_their_bounds_at_once() -> None:
    """The place of the bound follows from the number alone."""
    values = [float(number) for number in range(50_000)]

    low, high = quantile_bounds(values, 0.999)

    assert low is not None
    assert high is not None
    assert 49_900 < low < 49_950 < high < 49_980
