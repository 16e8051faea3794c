"""References and times of what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.references import iso_time, reference_for
from mockserver.draws import Draws

DRAWS = Draws(7, "reply", "call-0123456789ab", 1)


def test_a_reference_is_that_of_its_request() -> None:
    """Only seed, request, attempt and kind decide; it looks like any other UUID."""
    reference = reference_for(DRAWS, "agent")

    assert UUID(reference).version == 4
    assert reference == reference_for(Draws(7, "reply", "call-0123456789ab", 1), "agent")
    others = [
        reference_for(DRAWS, "base"),
        reference_for(Draws(8, "reply", "call-0123456789ab", 1), "agent"),
        reference_for(Draws(7, "reply", "call-ba9876543210", 1), "agent"),
        reference_for(Draws(7, "reply", "call-0123456789ab", 2), "agent"),
    ]
    assert len({reference, *others}) == 5


def test_a_reference_is_never_given_twice() -> None:
    """One that is taken is passed over; a prefix stands before it."""
    first = reference_for(DRAWS, "base", prefix="kb-")
    second = reference_for(DRAWS, "base", {first}, prefix="kb-")

    assert first.startswith("kb-")
    assert UUID(second.removeprefix("kb-")) != UUID(first.removeprefix("kb-"))


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
