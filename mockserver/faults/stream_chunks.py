"""Faults among a stream's chunks: one that cannot be read, comments between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from mockserver.answer import Event, EventKind
from mockserver.faults.base import Count, Fault, SomeSeconds, Text
from mockserver.faults.script import changed, chunk_places, is_text

if TYPE_CHECKING:
    from mockserver.answer import EventStream

CUT_CHUNK = '{"success":true,"message":"Chunk comp'
MOST_COMMENTS = 100_000


class MalformedChunk(Fault):
    """One chunk cannot be parsed; its piece of the text is lost with it."""

    summary: ClassVar[str] = "Stream: in place of one chunk, cut JSON; the rest comes as usual."
    example: ClassVar[dict[str, Any]] = {"kind": "malformed_chunk", "after_chunks": 3}

    kind: Literal["malformed_chunk"] = "malformed_chunk"
    after_chunks: Count = Field(description="chunks that arrive before it")
    data: Text = Field(default=CUT_CHUNK, description="what stands in its place")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Replace the chunk after n; where there is none, stay."""
        places = chunk_places(stream)
        if self.after_chunks >= len(places):
            return stream
        data = self.data.encode()
        place = places[self.after_chunks]
        return replace(
            stream, events=changed(stream, place, lambda event: replace(event, data=data))
        )


class Comments(Fault):
    """Keep-alive comments while the model thinks."""

    summary: ClassVar[str] = "Stream: comment lines at an interval before one chunk or every chunk."
    example: ClassVar[dict[str, Any]] = {"kind": "comments", "every_s": 0.2, "for_s": 2}

    kind: Literal["comments"] = "comments"
    every_s: SomeSeconds = Field(description="pause before each comment")
    for_s: SomeSeconds = Field(description="how long comments come before the chunk")
    text: Annotated[str, Field(pattern=r"^[^\r\n]*$", max_length=1000, strict=True)] = Field(
        default="ping", description="text of the comment"
    )
    before_chunk: Annotated[int, Field(ge=1, strict=True)] | Literal["every"] = Field(
        default=1, description='the chunk that they come before, from 1, or "every"'
    )

    @model_validator(mode="after")
    def _some_comments(self) -> Self:
        if not 1 <= self._comments() <= MOST_COMMENTS:
            raise ValueError(
                f"gives {self._comments()} comments; choose for_s to be from 1 to "
                f"{MOST_COMMENTS} times every_s"
            )
        return self

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Put comments before the chosen chunks; where there is none, stay."""
        places = chunk_places(stream)
        chosen = set(
            places if self.before_chunk == "every" else places[self.before_chunk - 1 :][:1]
        )
        if not chosen or not is_text(stream):
            return stream
        comment = Event(self.text.encode(), EventKind.COMMENT, self.every_s)
        events: list[Event] = []
        for place, event in enumerate(stream.events):
            if place in chosen:
                events.extend([comment] * self._comments())
            events.append(event)
        return replace(stream, events=tuple(events))

    def _comments(self) -> int:
        # A quotient of decimals such as 0.3 / 0.1 falls just short of the whole number meant.
        # Of the largest times it is infinite, and no whole number at all.
        return int(min(self.for_s / self.every_s + 1e-9, 1e9))
