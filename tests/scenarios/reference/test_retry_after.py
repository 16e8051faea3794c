"""Retry-After in each valid and invalid spelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.retry_after import RetryAfterReader, parse_http_date

NOW = datetime(2026, 3, 8, 9, 5, 1, tzinfo=UTC)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
reader = RetryAfterReader()


def spellings(moment: datetime) -> dict[str, str]:
    """A moment in the three forms of RFC 9110 section 5.6.7."""
    day, month = DAYS[moment.weekday()], MONTHS[moment.month - 1]
    time = moment.strftime("%H:%M:%S")
    return {
        "imf": f"{day[:3]}, {moment.day:02} {month} {moment.year:04} {time} GMT",
        "rfc850": f"{day}, {moment.day:02}-{month}-{moment.year % 100:02} {time} GMT",
        "asctime": f"{day[:3]} {month} {moment.day:2} {time} {moment.year:04}",
    }


@pytest.mark.parametrize(
    ("text", "seconds"), [("1", 1), (" 120 ", 120), ("007", 7), ("3600", 3600)]
)
def test_seconds(text: str, seconds: float) -> None:
    """Whole seconds are read as such."""
    assert reader.read([text], now=NOW) == seconds


@pytest.mark.parametrize("form", ["imf", "rfc850", "asctime"])
def test_dates(form: str) -> None:
    """A date in any of the three forms asks for the time until then."""
    date = spellings(NOW + timedelta(seconds=3))[form]

    assert reader.read([date], now=NOW) == 3


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)), st.sampled_from(["imf", "asctime"])
)
def test_dates_round_trip(moment: datetime, form: str) -> None:
    """Every moment survives being written and read, to the second."""
    moment = moment.replace(microsecond=0, tzinfo=UTC)

    assert parse_http_date(spellings(moment)[form]) == moment


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "-100",
        "",
        " ",
        "soon",
        "1.5",
        "1e9",
        "1000000000",
        "9" * 20,
        "9" * 400,
        "+3",
        "٣",
        "²",
        "0x10",
        "2 s",
        "120, 130",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Sun, 31 Feb 2027 00:00:00 GMT",
        "Sun, 08 Mar 2026 09:05:01 GMT",
        "Sun, 08 Mar 2026 09:05:04",
        "2026-03-08T09:05:04Z",
    ],
)
def test_no_hint(text: str) -> None:
    """Zero, signs, words, fractions, floods of digits, the past and broken dates are no hints."""
    assert reader.read([text], now=NOW) is None


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    """No text at all makes the reader fail, or gives a wait that no server can mean."""
    wait = reader.read([text], now=NOW)

    assert wait is None or 0 < wait <= 366 * 86400


@given(st.integers(-5 * 3600, 5 * 3600))
def test_skewed_clock(skew_s: int) -> None:
    """With the answer's own Date, a skewed clock changes nothing about a date hint."""
    sent = NOW + timedelta(seconds=skew_s)
    hint = spellings(sent + timedelta(seconds=3))["imf"]

    assert reader.read([hint], date=spellings(sent)["imf"], now=NOW) == 3


def test_several_values() -> None:
    """Of several headers the longest usable hint counts; without any there is none."""
    assert reader.read(["2", "nonsense", "5"], now=NOW) == 5
    assert reader.read([], now=NOW) is None


def test_two_digit_years() -> None:
    """A two-digit year is never more than 50 years ahead."""
    assert parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == datetime(
        1994, 11, 6, 8, 49, 37, tzinfo=UTC
    )
