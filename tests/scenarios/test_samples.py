"""Statistics of small samples, against published and hand-made values."""

from __future__ import annotations

from itertools import combinations
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.samples import (
    clean_trials_bound,
    largest_share,
    lower_spread,
    mann_whitney_p,
    most_by_chance,
    relative_spread,
)


def test_complete_separation_has_the_probability_of_one_order_in_all() -> None:
    """Three against three, all larger: 1 of 20 orders."""
    assert mann_whitney_p([1, 2, 3], [4, 5, 6]) == pytest.approx(1 / 20)


def test_the_wrong_direction_is_not_significant() -> None:
    """The test is one-sided: what shrinks gives p = 1."""
    assert mann_whitney_p([4, 5, 6], [1, 2, 3]) == pytest.approx(1.0)


def test_the_critical_value_of_the_published_table() -> None:
    """Five against five: U = 4 is the last value below 5 %, one-sided (12 of 252 orders)."""
    assert mann_whitney_p([1, 2, 3, 4, 9], [5, 6, 7, 8, 10]) == pytest.approx(12 / 252)


def test_twenty_against_twenty_apart_is_beyond_doubt() -> None:
    """A pause that doubles is seen at the significance of the catalogue."""
    assert mann_whitney_p(list(range(20)), list(range(20, 40))) < 1e-3


def test_ties_use_the_normal_approximation() -> None:
    """With ties, continuity corrected: z = (U - 12.5 - 0.5) / sd."""
    assert mann_whitney_p([1, 2, 3, 4, 5], [3, 4, 5, 6, 7]) == pytest.approx(0.0569, abs=1e-4)


def test_equal_constants_prove_no_growth() -> None:
    """All values alike: nothing has grown."""
    assert mann_whitney_p([1.0] * 20, [1.0] * 20) == 1.0


def test_an_empty_sample_is_refused() -> None:
    """Nothing can be said of nothing."""
    with pytest.raises(ValueError, match="a value in each sample"):
        mann_whitney_p([], [1.0])


@given(
    st.lists(st.integers(0, 10_000), min_size=2, max_size=9, unique=True),
    st.integers(1, 8),
)
def test_the_exact_probability_is_that_of_counting_every_order(values: list[int], cut: int) -> None:
    """The share of all ways to draw the second sample that give as many wins or more."""
    n = min(cut, len(values) - 1)
    smaller, larger = values[:n], values[n:]

    def wins(second: tuple[int, ...]) -> int:
        first = [value for value in values if value not in second]
        return sum(y > x for x in first for y in second)

    orders = [wins(second) for second in combinations(values, len(larger))]
    expected = sum(order >= wins(tuple(larger)) for order in orders) / len(orders)

    assert mann_whitney_p(smaller, larger) == pytest.approx(expected)


def test_a_constant_has_no_spread() -> None:
    """No jitter at all."""
    assert relative_spread([0.5] * 20) == 0.0


def test_spread_is_the_inter_decile_range_by_the_median() -> None:
    """0 to 1 in equal steps: (0.9 - 0.1) / 0.5."""
    assert relative_spread([step / 20 for step in range(21)]) == pytest.approx(1.6)


@given(st.lists(st.floats(0.001, 100), min_size=2, max_size=40), st.floats(0.01, 100))
def test_spread_knows_no_unit(values: list[float], factor: float) -> None:
    """Milliseconds and seconds give the same spread."""
    scaled = [value * factor for value in values]
    assert relative_spread(scaled) == pytest.approx(relative_spread(values), abs=1e-6)
    assert median(scaled) > 0


def test_one_value_has_no_spread_to_speak_of() -> None:
    """Two values at least."""
    with pytest.raises(ValueError, match="two values"):
        relative_spread([1.0])


def test_the_lower_spread_is_the_same_for_an_even_jitter() -> None:
    """0 to 1 in equal steps: twice (0.5 - 0.1) / 0.5."""
    assert lower_spread([step / 20 for step in range(21)]) == pytest.approx(1.6)


def test_lateness_is_no_lower_spread() -> None:
    """A third of the pauses late by a quarter: much spread, and none of it below the median."""
    pauses = [2.0] * 14 + [2.5] * 7
    assert relative_spread(pauses) == pytest.approx(0.25)
    assert lower_spread(pauses) == 0.0


def test_one_value_has_no_lower_spread_to_speak_of() -> None:
    """Two values at least."""
    with pytest.raises(ValueError, match="two values"):
        lower_spread([1.0])


@pytest.mark.parametrize(("trials", "bound"), [(0, 1.0), (20, 0.139), (300, 0.00994)])
def test_clean_trials_leave_a_bound(trials: int, bound: float) -> None:
    """About 3/n (reading.md section 0.9)."""
    assert clean_trials_bound(trials) == pytest.approx(bound, abs=1e-3)


def test_a_herd_stands_in_one_window() -> None:
    """Three of four within 0.2, the fourth apart."""
    assert largest_share([2.0, 2.1, 2.2, 3.0], 0.2) == 0.75


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.floats(0.01, 10))
def test_a_wider_window_never_holds_less(values: list[float], width: float) -> None:
    """And one alone is always in it."""
    share = largest_share(values, width)
    assert 1 / len(values) <= share <= largest_share(values, 2 * width) <= 1


def test_no_value_is_no_herd() -> None:
    """One value at least."""
    with pytest.raises(ValueError, match="a value at least"):
        largest_share([], 1.0)


@pytest.mark.parametrize(
    ("trials", "rate", "alpha", "most"),
    [
        (500, 0.001, 1.4e-5, 5),  # reading.md section 5 E: six failures come once in 70,000 runs
        (1, 0.5, 0.001, 1),
        (100, 0.0, 0.001, 0),
        (100, 1.0, 0.001, 100),
        (12_000, 0.2, 0.001, 2536),
    ],
)
def test_chance_explains_so_many_and_no_more(
    trials: int, rate: float, alpha: float, most: int
) -> None:
    """The tail of the binomial distribution beyond it is thinner than alpha."""
    assert most_by_chance(trials, rate, alpha) == most
