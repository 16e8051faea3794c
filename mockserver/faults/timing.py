"""Faults of time: silence before the head, silence after it, bytes that trickle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Ending
from mockserver.delivery import Framing, HeadPace
from mockserver.faults.base import Fault, Seconds, Size, SomeSeconds
from mockserver.pieces import MOST_RECUT, delayed, recut

if TYPE_CHECKING:
    from mockserver.delivery import Delivery


class Hold(Fault):
    """The server takes the request and says nothing."""

    summary: ClassVar[str] = "Silence before the head; then the reply, or nothing ever."
    example: ClassVar[dict[str, Any]] = {"kind": "hold", "seconds": 5}

    kind: Literal["hold"] = "hold"
    seconds: Seconds | None = Field(
        default=None, description="how long; without it, until the client leaves"
    )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Put the head off, or send nothing and leave the socket open."""
        if self.seconds is None:
            return replace(
                delivery, send_head=False, pieces=(), tail=0, ending=Ending.OPEN, open_s=None
            )
        return replace(delivery, hold_s=delivery.hold_s + self.seconds)


class SlowHeaders(Fault):
    """The head trickles: the server is alive, and has said nothing yet."""

    summary: ClassVar[str] = "The head byte by byte or line by line, with a pause between."
    example: ClassVar[dict[str, Any]] = {"kind": "slow_headers", "by": "line", "interval_s": 0.5}

    kind: Literal["slow_headers"] = "slow_headers"
    by: Literal["byte", "line"] = Field(default="line", description="what is written at once")
    interval_s: SomeSeconds = Field(description="pause between two writes")

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Let the head trickle; where none is sent, stay."""
        if not delivery.send_head:
            return delivery
        return delivery.with_extras(head_pace=HeadPace(self.by, self.interval_s))


class SilenceAfterHeaders(Fault):
    """The head comes at once and promises a body that is long in coming."""

    summary: ClassVar[str] = "The head at once, then silence; then the body, or nothing ever."
    example: ClassVar[dict[str, Any]] = {"kind": "silence_after_headers", "seconds": 5}

    kind: Literal["silence_after_headers"] = "silence_after_headers"
    seconds: Seconds | None = Field(
        default=None, description="how long; without it, until the client leaves"
    )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Put the body off, or never send it; a reply without a body stays."""
        if not delivery.pieces:
            return delivery
        if self.seconds is None:
            counted = delivery.framing is Framing.CONTENT_LENGTH
            return replace(
                delivery,
                pieces=(),
                tail=0,
                content_length=delivery.declared_length if counted else None,
                ending=Ending.OPEN,
                open_s=None,
            )
        return replace(delivery, pieces=delayed(delivery.pieces, self.seconds))


class Drip(Fault):
    """The body trickles: never silent for long, and never done."""

    summary: ClassVar[str] = "The body in writes of a few bytes with a pause between them."
    example: ClassVar[dict[str, Any]] = {"kind": "drip", "bytes": 1, "interval_s": 0.1}

    kind: Literal["drip"] = "drip"
    bytes: Size = Field(default=1, description="bytes in one write")
    interval_s: SomeSeconds = Field(description="pause between two writes")
    limit_s: Seconds | None = Field(
        default=None, description="drip for so long, then send the rest at once"
    )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Cut the body into drops; a body of one drop or none stays, and one over 20 MB."""
        length = delivery.body_length
        if length <= self.bytes or length > MOST_RECUT:
            return delivery
        cuts = range(self.bytes, self._dripped(length), self.bytes)
        return replace(delivery, pieces=recut(delivery.pieces, cuts, self.interval_s))

    def _dripped(self, length: int) -> int:
        """The offset behind the last place where a new write begins."""
        if self.limit_s is None:
            return length
        pauses = int(self.limit_s / self.interval_s + 1e-9)
        return min(length, pauses * self.bytes + 1)
