"""The periods of a budget, by the calendar in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.periods import Span, span_at
from mockserver.settings.budget import AllowanceSettings


def terms(period: str, day: int = 1, month: int = 1) -> AllowanceSettings:
    fields: dict[str, Any] = {"period": period, "reset_day": day, "reset_month": month}
    return AllowanceSettings(limit_units=1, **fields)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("asked", "moment", "start", "end"),
    [
        (terms("daily"), "2026-03-05T13:00", "2026-03-05", "2026-03-06"),
        (terms("daily"), "2026-03-05T00:00", "2026-03-05", "2026-03-06"),
        (terms("monthly"), "2026-02-28T23:59:59", "2026-02-01", "2026-03-01"),
        (terms("monthly"), "2026-12-31T12:00", "2026-12-01", "2027-01-01"),
        (terms("monthly", 15), "2026-01-14T23:00", "2025-12-15", "2026-01-15"),
        (terms("monthly", 15), "2026-01-15T00:00", "2026-01-15", "2026-02-15"),
        (terms("monthly", 31), "2026-02-27T12:00", "2026-01-31", "2026-02-28"),
        (terms("monthly", 31), "2026-02-28T00:00", "2026-02-28", "2026-03-31"),
        (terms("yearly"), "2026-07-01T00:00", "2026-01-01", "2027-01-01"),
        (terms("yearly", 1, 7), "2026-06-30T23:59", "2025-07-01", "2026-07-01"),
        (terms("yearly", 29, 2), "2028-02-29T00:00", "2028-02-29", "2029-02-28"),
        (terms("yearly", 29, 2), "2026-02-28T00:00", "2026-02-28", "2027-02-28"),
    ],
)
def test_a_period_is_one_of_the_calendar(
    asked: AllowanceSettings, moment: str, start: str, end: str
) -> None:
    """A shorter month begins on its last day where it has no such day."""
    assert span_at(asked, at(moment)) == Span(at(start), at(end))


def test_a_lifetime_has_no_end() -> None:
    """It begins when it is asked for."""
    assert span_at(terms("lifetime"), 12.5) == Span(12.5, None)


@given(
    st.sampled_from(["daily", "monthly", "yearly"]),
    st.integers(1, 31),
    st.integers(1, 12),
    st.floats(0, 4e9),
)
def test_periods_follow_each_other_without_a_gap(
    period: str, day: int, month: int, wall_s: float
) -> None:
    """Every moment is in its period, and the end of one is the start of the next."""
    asked = terms(period, day if period != "daily" else 1, month if period == "yearly" else 1)
    span = span_at(asked, wall_s)

    assert span.end_s is not None
    assert span.start_s <= wall_s < span.end_s
    assert span_at(asked, span.start_s) == span
    assert span_at(asked, span.end_s).start_s == span.end_s
