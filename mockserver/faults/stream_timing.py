"""Faults of a stream's time: a late beginning, a slow pace, a stall."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Ending
from mockserver.faults.base import Count, Fault, Seconds, SomeSeconds
from mockserver.faults.script import changed, chunk_places, later, place_after

if TYPE_CHECKING:
    from mockserver.answer import EventStream


class SlowFirstToken(Fault):
    """The stream opens at once and is silent before its first chunk."""

    summary: ClassVar[str] = "Stream: the head at once, the first chunk later."
    example: ClassVar[dict[str, Any]] = {"kind": "slow_first_token", "seconds": 3}

    kind: Literal["slow_first_token"] = "slow_first_token"
    seconds: Seconds = Field(description="how much later")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Put the first chunk off; comments before it come as they would."""
        places = chunk_places(stream)
        if not places:
            return stream
        events = changed(stream, places[0], lambda event: later(event, self.seconds))
        return replace(stream, events=events)


class Pace(Fault):
    """Every chunk after the first keeps its distance."""

    summary: ClassVar[str] = "Stream: at least this pause between every two chunks."
    example: ClassVar[dict[str, Any]] = {"kind": "pace", "interval_s": 0.3}

    kind: Literal["pace"] = "pace"
    interval_s: Seconds = Field(description="pause between two chunks")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Raise each pause to the interval; a stream of one chunk stays."""
        slowed = set(chunk_places(stream)[1:])
        if not slowed:
            return stream
        events = tuple(
            replace(event, delay_s=max(event.delay_s, self.interval_s))
            if place in slowed
            else event
            for place, event in enumerate(stream.events)
        )
        return replace(stream, events=events)


class Stall(Fault):
    """The stream goes quiet in the middle and the socket stays open."""

    summary: ClassVar[str] = "Stream: silence after n chunks; then the rest, or nothing ever."
    example: ClassVar[dict[str, Any]] = {"kind": "stall", "after_chunks": 5, "seconds": 10}

    kind: Literal["stall"] = "stall"
    after_chunks: Count = Field(description="chunks that come as usual")
    seconds: SomeSeconds | None = Field(
        default=None, description="how long; without it, until the client leaves"
    )

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Put off what comes after n chunks, or drop it; where nothing comes, stay."""
        place = place_after(stream, self.after_chunks)
        if place is None:
            return stream
        if self.seconds is None:
            return replace(stream, events=stream.events[:place], ending=Ending.OPEN, hold_s=None)
        if place == len(stream.events):
            return stream
        seconds = self.seconds
        return replace(stream, events=changed(stream, place, lambda event: later(event, seconds)))
