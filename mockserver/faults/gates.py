"""Faults that hold replies at a gate: until a test lets them go, or until a freeze is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import EventStream, Gate
from mockserver.delivery import NO_EXTRAS
from mockserver.faults.base import Count, Fault, Seconds, SomeSeconds
from mockserver.faults.script import changed, place_after
from mockserver.frozen import held

if TYPE_CHECKING:
    from mockserver.delivery import Delivery

GateName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$", strict=True)]


class HoldUntilReleased(Fault):
    """The reply waits at a named gate: a barrier that a test opens when all have come.

    ``sandbox.release(gate)`` or the control API let go of those that wait; the limit is a time of
    the sandbox's clock, after which the reply goes on by itself.
    """

    summary: ClassVar[str] = "Silence before the head (or after n chunks) until the test ends it."
    example: ClassVar[dict[str, Any]] = {
        "kind": "hold_until_released",
        "gate": "all-here",
        "limit_s": 30,
    }

    kind: Literal["hold_until_released"] = "hold_until_released"
    gate: GateName = Field(default="gate", description="the name that releases it")
    limit_s: Seconds | None = Field(
        default=None, description="how long at most; without it, until it is released"
    )
    after_chunks: Count | None = Field(
        default=None, description="hold a stream after n chunks, not before the head"
    )

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Hold what comes after n chunks; where nothing comes, stay."""
        if self.after_chunks is None:
            return stream
        place = place_after(stream, self.after_chunks)
        if place is None or place == len(stream.events):
            return stream
        gate = Gate(self.gate, self.limit_s)
        return replace(
            stream,
            events=changed(stream, place, lambda event: replace(event, gates=(*event.gates, gate))),
        )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Hold the head; where a stream is held in the middle, that was done before."""
        if self.after_chunks is not None:
            return delivery
        gates = (delivery.extras or NO_EXTRAS).gates
        return delivery.with_extras(gates=(*gates, Gate(self.gate, self.limit_s)))


class Freeze(Fault):
    """The whole server stands still: what comes meanwhile waits, and then all go on at once.

    Replies that have begun go on. Workers (``capacity``) are busy all the while, so that a queue
    grows behind them.
    """

    summary: ClassVar[str] = "No reply is begun for so long, to this request and any other."
    example: ClassVar[dict[str, Any]] = {"kind": "freeze", "seconds": 10}

    kind: Literal["freeze"] = "freeze"
    seconds: SomeSeconds = Field(description="how long, by the sandbox's clock")

    @property
    def freezes_s(self) -> float:
        """How long everybody waits."""
        return self.seconds

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Wait with the others."""
        return held(delivery)
