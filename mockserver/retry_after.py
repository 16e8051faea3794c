"""Every spelling of Retry-After: those that RFC 9110 section 10.2.3 knows, and others.

A date has whole seconds only, so a moment is rounded *up*: who waits for the date waits at least as
long as was meant. Names of days and months are English whatever the machine's locale
(RFC 9110 section 5.6.7).
"""

from __future__ import annotations

import math
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

DateForm = Literal["imf", "rfc850", "asctime"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MALFORMED = {
    "zero": "0",
    "negative": "-5",
    "empty": "",
    "word": "soon",
    "float": "1.5",
    "exponent": "1e9",
    "huge": "99999999999999999999",
    "unit": "2s",
    "minutes": "6m0s",
    "list": "2, 3",
    "past": "Sun, 06 Nov 1994 08:49:37 GMT",
    "broken date": "Mon, 32 Foo 2026 25:61:61 GMT",
    "iso date": "2026-01-01T00:00:00Z",
}
"""Hints to survive, each by a name; "zero" and "past" are well-formed and of no use."""


def seconds(delay: int) -> str:
    """``delay-seconds``: a whole number of seconds from now, not negative (ValueError)."""
    if delay < 0:
        raise ValueError(f"delay-seconds cannot be negative, and {delay} is")
    return str(delay)


def imf_fixdate(epoch_s: float) -> str:
    """The preferred form, ``Sun, 06 Nov 1994 08:49:37 GMT``, of a moment in epoch seconds."""
    return formatdate(math.ceil(epoch_s), usegmt=True)


def rfc850_date(epoch_s: float) -> str:
    """The first obsolete form, ``Sunday, 06-Nov-94 08:49:37 GMT``; the year has two digits."""
    at = _utc(epoch_s)
    month = _MONTHS[at.tm_mon - 1]
    return f"{_DAYS[at.tm_wday]}, {at.tm_mday:02d}-{month}-{at.tm_year % 100:02d} {_clock(at)} GMT"


def asctime_date(epoch_s: float) -> str:
    """The second obsolete form, ``Sun Nov  6 08:49:37 1994``: no zone, it is UTC."""
    at = _utc(epoch_s)
    day, month = _DAYS[at.tm_wday][:3], _MONTHS[at.tm_mon - 1]
    return f"{day} {month} {at.tm_mday:2d} {_clock(at)} {at.tm_year:04d}"


_FORMS: dict[DateForm, Callable[[float], str]] = {
    "imf": imf_fixdate,
    "rfc850": rfc850_date,
    "asctime": asctime_date,
}


def date(form: DateForm, epoch_s: float) -> str:
    """A moment in one of the three forms of HTTP-date."""
    return _FORMS[form](epoch_s)


def _utc(epoch_s: float) -> time.struct_time:
    return time.gmtime(math.ceil(epoch_s))


def _clock(at: time.struct_time) -> str:
    return f"{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}"
