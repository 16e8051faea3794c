"""The periods of a budget: days, months and years of the calendar, in UTC.

A clock that is set back does not bring an older period back: whoever holds a span goes on to the
next one only when its end has passed.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.settings.budget import AllowanceSettings

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start_s`` on, up to but without ``end_s`` (None: for ever); seconds since 1970."""

    start_s: float
    end_s: float | None


def span_at(terms: AllowanceSettings, wall_s: float) -> Span:
    """The period that a moment falls into."""
    if terms.period == "lifetime":
        return Span(wall_s, None)
    if terms.period == "daily":
        start_s = wall_s // DAY_S * DAY_S
        return Span(start_s, start_s + DAY_S)
    now = datetime.fromtimestamp(wall_s, UTC)
    months = 1 if terms.period == "monthly" else 12
    month = now.month if terms.period == "monthly" else terms.reset_month
    start = _first_moment(now.year, month, terms.reset_day)
    if start > now:
        start = _first_moment(now.year, month - months, terms.reset_day)
    end = _first_moment(start.year, start.month + months, terms.reset_day)
    return Span(start.timestamp(), end.timestamp())


def _first_moment(year: int, month: int, day: int) -> datetime:
    """Midnight of a day, or of the month's last where it has fewer; months may lie outside 1-12."""
    year, index = year + (month - 1) // 12, (month - 1) % 12
    return datetime(year, index + 1, min(day, monthrange(year, index + 1)[1]), tzinfo=UTC)
