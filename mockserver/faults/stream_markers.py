"""Faults of the terminal marker: twice, late, or before the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import EventKind
from mockserver.faults.base import Count, Fault, SomeSeconds
from mockserver.faults.script import DONE, is_text, later, place_after, with_marker, without_marker

if TYPE_CHECKING:
    from mockserver.answer import EventStream


class TwoMarkers(Fault):
    """The stream says twice that it is done."""

    summary: ClassVar[str] = "Stream: the terminal marker twice."
    example: ClassVar[dict[str, Any]] = {"kind": "two_markers"}

    kind: Literal["two_markers"] = "two_markers"

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Send the marker last, and again; what is no text stays."""
        if not is_text(stream):
            return stream
        return replace(stream, events=(*with_marker(stream), DONE))


class LateMarker(Fault):
    """All is said, and the word that it is comes long after."""

    summary: ClassVar[str] = "Stream: all chunks, then silence, then the terminal marker."
    example: ClassVar[dict[str, Any]] = {"kind": "late_marker", "seconds": 10}

    kind: Literal["late_marker"] = "late_marker"
    seconds: SomeSeconds = Field(description="how much later")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Put the marker off; what is no text stays."""
        if not is_text(stream):
            return stream
        events = tuple(
            later(event, self.seconds) if event.kind is EventKind.MARKER else event
            for event in with_marker(stream)
        )
        return replace(stream, events=events)


class EarlyMarker(Fault):
    """The stream says that it is done and goes on."""

    summary: ClassVar[str] = "Stream: the terminal marker after n chunks, then the other chunks."
    example: ClassVar[dict[str, Any]] = {"kind": "early_marker", "after_chunks": 3}

    kind: Literal["early_marker"] = "early_marker"
    after_chunks: Count = Field(description="chunks that arrive before it")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Move the marker; where no chunk comes after n, stay."""
        events = without_marker(stream)
        place = place_after(replace(stream, events=events), self.after_chunks)
        if place is None or place >= len(events) or not is_text(stream):
            return stream
        return replace(stream, events=(*events[:place], DONE, *events[place:]))
