"""Defects in what an error tells its caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.reference.call import Call
from scenarios.reference.errors import ServerError
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from scenarios.reference import PawaError


@defect(
    "M90",
    seen="solari-cookbook#56; peddler#274; opik#1334; rest.li#518",
    caught_by={
        "ERR-001": ("call: status", "call: code", "call: message"),
        "ERR-002": "request id of the last attempt",
    },
)
class ForgetsTheLastError(Call):
    """Exhausted retries raise a generic error without status, body or request id."""

    def complete(self, error: PawaError) -> PawaError:
        """A sentence in the place of the last failure."""
        if self.attempts > 1:
            return ServerError("all attempts failed")
        return super().complete(error)


@defect(
    "M153",
    seen="the shape of solari-cookbook#56",
    caught_by={"ERR-004": "distinct kinds"},
)
class KnowsOneError(Call):
    """All failures share one exception class and message."""

    def complete(self, error: PawaError) -> PawaError:
        """Something went wrong."""
        del error
        return ServerError("the request failed")


@defect(
    "Z17",
    seen="plausible: an id that is noted once, before the loop",
    caught_by={"ERR-002": "request id of the last attempt"},
)
class KeepsTheFirstRequestId(Call):
    """The error carries the request id of the first attempt, not of the one that failed last."""

    def complete(self, error: PawaError) -> PawaError:
        """The first id, and no other."""
        complete = super().complete(error)
        complete.request_ids = complete.request_ids[:1]
        complete.request_id = complete.request_ids[0] if complete.request_ids else None
        return complete
