"""Interim responses: what a server may say before its answer (RFC 9110 section 15.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.faults.base import Fault, Seconds
from mockserver.pieces import Piece

if TYPE_CHECKING:
    from mockserver.delivery import Delivery

PHRASES = {100: "Continue", 102: "Processing", 103: "Early Hints"}
LINK = b"Link: </style.css>; rel=preload\r\n"
"""What early hints are for (RFC 8297)."""


class InterimResponses(Fault):
    """One or several 1xx responses that nobody asked for, and then the reply."""

    summary: ClassVar[str] = "1xx responses before the reply."
    example: ClassVar[dict[str, Any]] = {
        "kind": "interim_responses",
        "statuses": [102, 102, 103],
        "interval_s": 0.5,
    }

    kind: Literal["interim_responses"] = "interim_responses"
    statuses: tuple[Literal[100, 102, 103], ...] = Field(
        default=(103,), min_length=1, max_length=1000, description="their status codes, in order"
    )
    interval_s: Seconds = Field(default=0.0, description="pause before each of them")

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Put them before everything else, a silence before the head included."""
        before = () if delivery.extras is None else delivery.extras.interim
        interim = tuple(Piece(_response(status), self.interval_s) for status in self.statuses)
        return delivery.with_extras(interim=(*before, *interim))


def _response(status: int) -> bytes:
    head = f"HTTP/1.1 {status} {PHRASES[status]}\r\n".encode()
    return head + (LINK if status == 103 else b"") + b"\r\n"
