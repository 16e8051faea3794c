"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mockserver.moments import iso_time


def test_a_time_is_written_in_milliseconds_and_utc() -> None:
    """As the documents show it."""
    assert iso_time(1_757_406_600.0) == "2025-09-09T08:30:00.000Z"
    assert iso_time(1_757_406_600.25) == "2025-09-09T08:30:00.250Z"


@given(st.floats(0, 4_000_000_000))
def test_a_time_is_never_later_than_it_was(wall_s: float) -> None:
    """Cut, never rounded up."""
    told = datetime.fromisoformat(iso_time(wall_s))

    assert told.tzinfo == UTC
    assert wall_s - 0.001 <= told.timestamp() <= wall_s + 1e-6


def test_a_time_may_be_exact_to_the_second() -> None:
    """Cut as well."""
    assert iso_time(1.9, "seconds") == "1970-01-01T00:00:01Z"
