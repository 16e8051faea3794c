"""References of what is stored."""

from __future__ import annotations

from uuid import UUID

from mockserver.api.references import reference_for
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
