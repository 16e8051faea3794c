"""What a ``Retry-After`` header asks for (RFC 9110 section 10.2.3).

Seconds, or a date in one of the three forms of section 5.6.7. Whatever does not ask for a wait
that a server can mean (zero, a sign, a fraction, words, the past, more than a year) is no hint at
all, and the normal backoff applies.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_PLAUSIBLE_S = 366 * 24 * 3600.0

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMS = (
    re.compile(rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),
    re.compile(rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),
    re.compile(rf"{_DAY} {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_TIME} (?P<year>[0-9]{{4}})"),
)
"""IMF-fixdate, RFC 850, asctime."""
_SECONDS = re.compile(r"[0-9]{1,20}")


class RetryAfterReader:
    """Reads the hint out of the headers of one answer."""

    def read(
        self, values: Iterable[str], *, date: str | None = None, now: datetime | None = None
    ) -> float | None:
        """Seconds to wait, or None without a usable hint; the longest of several counts.

        ``date`` is the answer's own ``Date`` header: where it is usable, a date hint is measured
        from it, so that a skewed clock on either side changes nothing. ``now`` is the wall clock.
        """
        waits = (self.wait_s(value.strip(), date=date, now=now) for value in values)
        return max((wait for wait in waits if wait is not None), default=None)

    def wait_s(self, value: str, *, date: str | None, now: datetime | None) -> float | None:
        """One value of the header."""
        if _SECONDS.fullmatch(value):
            return self.plausible(float(value))
        until = parse_http_date(value)
        if until is None:
            return None
        since = parse_http_date(date.strip()) if date else None
        return self.plausible((until - (since or now or datetime.now(UTC))).total_seconds())

    def plausible(self, wait_s: float) -> float | None:
        """The wait, if a server can mean it."""
        return wait_s if 0 < wait_s <= LONGEST_PLAUSIBLE_S else None


def parse_http_date(text: str) -> datetime | None:
    """A date in any of the three forms, in UTC; None when it is none of them or does not exist."""
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _moment(found)
    return None


def _moment(found: re.Match[str]) -> datetime | None:
    year = int(found["year"])
    if len(found["year"]) == 2:
        year = _century(year)
    try:
        return datetime(
            year,
            _MONTHS.index(found["month"]) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            min(int(found["second"]), 59),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _century(short_year: int) -> int:
    """The year that two digits mean: never more than 50 years ahead (RFC 9110 section 5.6.7)."""
    this_year = datetime.now(UTC).year
    year = this_year - this_year % 100 + short_year
    return year - 100 if year > this_year + 50 else year
