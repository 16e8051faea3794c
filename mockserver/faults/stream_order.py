"""Faults of a stream's order: chunks that come twice, in another order, or not at all.

What comes moves; the pauses stay where they were.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import EventStream
from mockserver.faults.base import Count, Fault
from mockserver.faults.script import chunk_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Answer
    from mockserver.draws import Draws

Few = Annotated[int, Field(ge=1, le=10_000, strict=True)]
Several = Annotated[int, Field(ge=2, le=10_000, strict=True)]


class DuplicateChunk(Fault):
    """One chunk comes again: its piece of the text is there twice."""

    summary: ClassVar[str] = "Stream: one chunk comes several times; the rest comes as usual."
    example: ClassVar[dict[str, Any]] = {"kind": "duplicate_chunk", "after_chunks": 3}

    kind: Literal["duplicate_chunk"] = "duplicate_chunk"
    after_chunks: Count = Field(description="chunks that arrive before it")
    copies: Few = Field(default=1, description="how often it comes again")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Repeat the chunk after n at once; where there is none, stay."""
        places = chunk_places(stream)
        if self.after_chunks >= len(places):
            return stream
        place = places[self.after_chunks]
        again = replace(stream.events[place], delay_s=0.0, gates=())
        events = stream.events
        return replace(
            stream, events=(*events[: place + 1], *(again,) * self.copies, *events[place + 1 :])
        )


class MissingChunk(Fault):
    """Chunks are lost without a trace."""

    summary: ClassVar[str] = "Stream: n chunks, then some are left out; the rest comes as usual."
    example: ClassVar[dict[str, Any]] = {"kind": "missing_chunk", "after_chunks": 3}

    kind: Literal["missing_chunk"] = "missing_chunk"
    after_chunks: Count = Field(description="chunks that arrive before it")
    count: Few = Field(default=1, description="how many are left out")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Leave them out; where there is none after n, stay."""
        lost = set(chunk_places(stream)[self.after_chunks :][: self.count])
        if not lost:
            return stream
        events = tuple(event for at, event in enumerate(stream.events) if at not in lost)
        return replace(stream, events=events)


class ReorderChunks(Fault):
    """Chunks overtake each other."""

    summary: ClassVar[str] = "Stream: some chunks after n in another order."
    example: ClassVar[dict[str, Any]] = {"kind": "reorder_chunks", "after_chunks": 2, "count": 3}

    kind: Literal["reorder_chunks"] = "reorder_chunks"
    after_chunks: Count = Field(default=0, description="chunks that come in their order")
    count: Several = Field(default=2, description="how many change places")
    order: Literal["reversed", "shuffled"] = Field(
        default="reversed", description="their order among each other"
    )

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:
        """Put them into another order; where fewer than two are left, stay."""
        stream = answer.body
        if not isinstance(stream, EventStream):
            return answer
        places = chunk_places(stream)[self.after_chunks :][: self.count]
        if len(places) < 2:
            return answer
        events = list(stream.events)
        for place, other in zip(places, self._others(places, draws), strict=True):
            slot, moved = stream.events[place], stream.events[other]
            events[place] = replace(moved, delay_s=slot.delay_s, gates=slot.gates)
        return replace(answer, body=replace(stream, events=tuple(events)))

    def _others(self, places: Sequence[int], draws: Draws) -> Sequence[int]:
        """Which place each of them takes its chunk from: never all their own."""
        if self.order == "reversed":
            return places[::-1]
        order = [places[index] for index in draws.order("chunks", len(places))]
        # The one shuffle in n! that changes nothing would be no fault.
        return [*places[1:], places[0]] if order == list(places) else order
