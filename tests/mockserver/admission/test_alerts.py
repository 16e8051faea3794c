"""When a budget speaks up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.alerts import Alert, next_threshold, threshold


@pytest.mark.parametrize(
    ("limit", "share", "amount"), [(10, 0.8, 8), (1, 0.8, 1), (100, 0.07, 7), (3, 1.0, 3)]
)
def test_a_threshold_is_the_least_whole_amount(limit: int, share: float, amount: int) -> None:
    """At least that share, by exact decimals."""
    assert threshold(limit, share) == amount


@given(st.integers(1, 10**15), st.integers(1, 200))
def test_a_threshold_is_never_early_and_never_late(limit: int, hundredths: int) -> None:
    """Not one unit below the share, and not one above."""
    amount, exact = threshold(limit, hundredths / 100), Fraction(limit * hundredths, 100)

    assert amount - 1 < exact <= amount


def test_each_share_has_its_turn() -> None:
    """The lowest first; none when all are told, and none of no limit or a limit of nothing."""
    assert next_threshold(100, (1.0, 0.5), ()) == 50
    assert next_threshold(100, (1.0, 0.5), (0.5,)) == 100
    assert next_threshold(100, (1.0, 0.5), (0.5, 1.0)) is None
    assert next_threshold(None, (0.5,), ()) is None
    assert next_threshold(0, (0.5,), ()) is None


def test_an_alert_is_told_in_plain_values() -> None:
    """Money in units, tokens as they are, times as ISO 8601."""
    money = Alert("budget", "sandbox", "", "units", 0.8, 1_500_000, 2_000_000, 0.0, 86_400.0)
    tokens = Alert("daily", "key", "dev", "tokens", 1.0, 11, 10, 0.0, None)

    assert money.told() == {
        "budget": "budget",
        "scope": "sandbox",
        "subject": "",
        "measure": "units",
        "share": 0.8,
        "spent": 1.5,
        "limit": 2.0,
        "period_start": "1970-01-01T00:00:00Z",
        "period_end": "1970-01-02T00:00:00Z",
    }
    assert (tokens.told()["spent"], tokens.told()["period_end"]) == (11, None)
