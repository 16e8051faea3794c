"""Faults of framing: two ends for one body, or none but the close (RFC 9112 section 6.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Ending
from mockserver.delivery import Framing
from mockserver.faults.base import Fault

if TYPE_CHECKING:
    from mockserver.delivery import Delivery


class ConflictingFraming(Fault):
    """Two words on where the body ends: what request smuggling and response splitting live on."""

    summary: ClassVar[str] = "Content-Length twice, or beside `Transfer-Encoding: chunked`."
    example: ClassVar[dict[str, Any]] = {"kind": "conflicting_framing", "how": "differing_lengths"}

    kind: Literal["conflicting_framing"] = "conflicting_framing"
    how: Literal["same_lengths", "differing_lengths", "length_and_chunked"] = Field(
        default="length_and_chunked",
        description="the right length twice, a longer one first, or a length beside chunks",
    )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Add the second word; a reply without a body stays, and a stream has chunks already."""
        if delivery.framing not in {Framing.CONTENT_LENGTH, Framing.CHUNKED} or not delivery.pieces:
            return delivery
        length = delivery.declared_length
        beside = length + 10 if self.how == "differing_lengths" else length
        both = self.how == "length_and_chunked"
        return replace(
            delivery,
            headers=(*delivery.headers, ("Content-Length", str(beside))),
            framing=Framing.CHUNKED if both else Framing.CONTENT_LENGTH,
            content_length=None if both else length,
        )


class UntilClose(Fault):
    """A body whose end is the close of the connection: a cut looks just like it."""

    summary: ClassVar[str] = "The whole reply without length or chunks; its end is the FIN."
    example: ClassVar[dict[str, Any]] = {"kind": "until_close"}

    kind: Literal["until_close"] = "until_close"

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Drop the framing; a reply without a body, or one that is cut, stays."""
        bare = delivery.framing in {Framing.NONE, Framing.UNTIL_CLOSE}
        if bare or delivery.ending is not Ending.COMPLETE:
            return delivery
        return replace(delivery, framing=Framing.UNTIL_CLOSE, content_length=None, tail=0)
