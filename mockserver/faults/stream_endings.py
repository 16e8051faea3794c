"""Faults of a stream's end: too early, without its marker, or never."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import orjson
from pydantic import Field

from mockserver.answer import Ending, Event, EventKind
from mockserver.faults.base import Count, Fault, Seconds, Text
from mockserver.faults.script import is_text, place_after, with_marker, without_marker

if TYPE_CHECKING:
    from mockserver.answer import EventStream

How = Literal["rst", "fin", "no_final_chunk", "clean"]

_ENDINGS: dict[str, Ending] = {
    "rst": Ending.RST,
    "fin": Ending.FIN,
    "no_final_chunk": Ending.NO_FINAL_CHUNK,
    "clean": Ending.COMPLETE,
    "open": Ending.OPEN,
}


class CutStream(Fault):
    """The stream ends in the middle of the text.

    ``clean`` is the treacherous one: HTTP is whole, only the text, the marker and the finish
    reason are missing.
    """

    summary: ClassVar[str] = (
        "Stream: n chunks, then RST, FIN in a chunk, no final chunk, or a clean but early end."
    )
    example: ClassVar[dict[str, Any]] = {"kind": "cut_stream", "after_chunks": 5, "how": "rst"}

    kind: Literal["cut_stream"] = "cut_stream"
    after_chunks: Count = Field(description="chunks that arrive")
    how: How = Field(default="rst", description="how the stream ends")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Drop what comes after n chunks; a clean cut behind the last event is none."""
        place = place_after(stream, self.after_chunks)
        if place is None or (self.how == "clean" and place == len(stream.events)):
            return stream
        return replace(stream, events=stream.events[:place], ending=_ENDINGS[self.how])


class ErrorChunk(Fault):
    """The model fails in the middle of the text and says so in the stream."""

    summary: ClassVar[str] = "Stream: n chunks, then an error as a chunk, then the end."
    example: ClassVar[dict[str, Any]] = {"kind": "error_chunk", "after_chunks": 10}

    kind: Literal["error_chunk"] = "error_chunk"
    after_chunks: Count = Field(description="chunks that arrive before the error")
    message: Text = Field(default="The model is overloaded", description="message of the error")
    code: Text = Field(default="overloaded", description="machine-readable code of the error")
    close: Literal["clean", "rst", "fin", "no_final_chunk", "open"] = Field(
        default="clean", description="how the stream ends after it; no marker is sent"
    )

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Put the error in place of all that comes after n chunks."""
        place = place_after(stream, self.after_chunks)
        if place is None:
            return stream
        error = {"success": False, "message": self.message, "code": self.code, "data": None}
        events = (*stream.events[:place], Event(orjson.dumps(error), EventKind.ERROR))
        return replace(stream, events=events, ending=_ENDINGS[self.close], hold_s=None)


class NoMarker(Fault):
    """The stream ends without a terminal marker."""

    summary: ClassVar[str] = "Stream: no terminal marker; HTTP ends as it should."
    example: ClassVar[dict[str, Any]] = {"kind": "no_marker"}

    kind: Literal["no_marker"] = "no_marker"

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Drop the marker; a stream that had none is already as promised."""
        return replace(stream, events=without_marker(stream))


class MarkerOpen(Fault):
    """The stream says that it is done, and the socket stays open."""

    summary: ClassVar[str] = "Stream: the terminal marker, then an open socket and no end of body."
    example: ClassVar[dict[str, Any]] = {"kind": "marker_open", "hold_s": 60}

    kind: Literal["marker_open"] = "marker_open"
    hold_s: Seconds | None = Field(
        default=None, description="how long; without it, until the client leaves"
    )

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Send the marker last and leave the body open; what is no text stays."""
        if not is_text(stream):
            return stream
        return replace(stream, events=with_marker(stream), ending=Ending.OPEN, hold_s=self.hold_s)
