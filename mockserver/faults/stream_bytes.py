"""Faults of a stream's bytes: the same events, written in another way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import orjson
from pydantic import Field

from mockserver.answer import EventKind, StreamStyle
from mockserver.delivery import Framing
from mockserver.faults.base import Count, Fault, Seconds, Size, SomeSeconds
from mockserver.faults.script import is_text, with_marker, without_marker
from mockserver.pieces import MOST_RECUT, joined, recut

if TYPE_CHECKING:
    from mockserver.answer import Event, EventStream, Headers
    from mockserver.delivery import Delivery

OneLine = Annotated[str, Field(pattern=r"^[^\r\n]*$", max_length=1000, strict=True)]

_BARE = (EventKind.COMMENT, EventKind.RAW)
"""Events without data of their own."""

LINE_ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}


class Split(Fault):
    """Writes that know nothing of events: through characters, line ends, anything."""

    summary: ClassVar[str] = "Stream: its bytes in writes (chunks) of n, wherever that cuts."
    example: ClassVar[dict[str, Any]] = {"kind": "split", "bytes": 1, "interval_s": 0.02}

    kind: Literal["split"] = "split"
    bytes: Size = Field(description="bytes in one write")
    interval_s: Seconds = Field(default=0.0, description="pause between two writes")

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Write the stream's bytes anew; a reply that is no stream, or empty, stays."""
        length = delivery.body_length
        if delivery.framing is not Framing.CHUNKED or not 0 < length <= MOST_RECUT:
            return delivery
        cuts = range(self.bytes, length, self.bytes)
        return replace(delivery, pieces=recut(delivery.pieces, cuts, self.interval_s))


class SplitCrlf(Fault):
    """CRLF line ends, each torn in two."""

    summary: ClassVar[str] = "Stream: CRLF line ends, a pause between each `\\r` and its `\\n`."
    example: ClassVar[dict[str, Any]] = {"kind": "split_crlf", "pause_s": 0.05}

    kind: Literal["split_crlf"] = "split_crlf"
    pause_s: SomeSeconds = Field(default=0.02, description="pause inside the line end")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """End lines with CRLF; what has no lines stays."""
        if not is_text(stream):
            return stream
        return replace(stream, eol=LINE_ENDS["crlf"])

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Write up to each CR, pause, and go on with the LF."""
        if delivery.framing is not Framing.CHUNKED or delivery.body_length > MOST_RECUT:
            return delivery
        data = joined(delivery.pieces)
        cuts = [at + 1 for at in range(len(data) - 1) if data[at : at + 2] == LINE_ENDS["crlf"]]
        if not cuts:
            return delivery
        return replace(delivery, pieces=recut(delivery.pieces, cuts, self.pause_s))


class LineEnds(Fault):
    """Another line end."""

    summary: ClassVar[str] = "Stream: lines end with LF, CRLF or CR."
    example: ClassVar[dict[str, Any]] = {"kind": "line_ends", "eol": "crlf"}

    kind: Literal["line_ends"] = "line_ends"
    eol: Literal["lf", "crlf", "cr"] = Field(description="the line end")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """End lines so; a stream that does is already as promised, and what has no lines stays."""
        if not is_text(stream):
            return stream
        return replace(stream, eol=LINE_ENDS[self.eol])


class Bom(Fault):
    """A byte order mark, as some proxies and editors leave it."""

    summary: ClassVar[str] = "Stream: U+FEFF before its first byte."
    example: ClassVar[dict[str, Any]] = {"kind": "bom"}

    kind: Literal["bom"] = "bom"

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Begin with a BOM."""
        return replace(stream, bom=True)


class OtherStyle(Fault):
    """The other framing of a Pawa stream, with or without a terminal marker."""

    summary: ClassVar[str] = "Stream: framed as JSON lines or as SSE, with or without marker."
    example: ClassVar[dict[str, Any]] = {"kind": "stream_style", "style": "sse", "marker": True}

    kind: Literal["stream_style"] = "stream_style"
    style: Literal["json_lines", "sse"] = Field(description="the framing")
    marker: bool = Field(default=False, strict=True, description="whether `[DONE]` ends it")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Frame the events so; one that is so is as promised, and what has no lines stays."""
        if not is_text(stream):
            return stream
        events = with_marker(stream) if self.marker else without_marker(stream)
        return replace(stream, style=StreamStyle(self.style), events=events)


class SseFields(Fault):
    """Events with names, ids and a reconnection time (WHATWG HTML 9.2.6)."""

    summary: ClassVar[str] = (
        "Stream: in SSE, `event:`, `id:` or `retry:` before the data of events."
    )
    example: ClassVar[dict[str, Any]] = {
        "kind": "sse_fields",
        "event": "chunk",
        "ids": True,
        "retry_ms": 3000,
    }

    kind: Literal["sse_fields"] = "sse_fields"
    event: OneLine | None = Field(default="message", description="name of every event")
    ids: bool = Field(default=False, strict=True, description="whether events are numbered from 1")
    retry_ms: Count | None = Field(
        default=None, description="reconnection time that the first event tells, in milliseconds"
    )

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Add the fields to what has data; a stream of JSON lines, which has none, stays."""
        if stream.style is not StreamStyle.SSE or not is_text(stream):
            return stream
        spoken = [at for at, event in enumerate(stream.events) if event.kind not in _BARE]
        numbers = {at: number for number, at in enumerate(spoken, start=1)}
        events = tuple(
            replace(event, fields=self._fields(numbers[at])) if at in numbers else event
            for at, event in enumerate(stream.events)
        )
        return replace(stream, events=events)

    def _fields(self, number: int) -> Headers:
        event = (("event", self.event),) if self.event is not None else ()
        told = (("id", str(number)),) if self.ids else ()
        retry = self.retry_ms if number == 1 else None
        return (*event, *told, *((("retry", str(retry)),) if retry is not None else ()))


class DataLines(Fault):
    """Events of several lines, as a server has them that indents its JSON."""

    summary: ClassVar[str] = "Stream: indented JSON, each line of it a `data:` field of its event."
    example: ClassVar[dict[str, Any]] = {"kind": "data_lines"}

    kind: Literal["data_lines"] = "data_lines"

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Indent what is JSON; a stream of JSON lines, where a line is an event, stays."""
        if stream.style is not StreamStyle.SSE:
            return stream
        return replace(stream, events=tuple(_indented(event) for event in stream.events))


def _indented(event: Event) -> Event:
    if event.kind not in (EventKind.CHUNK, EventKind.ERROR):
        return event
    try:
        value = orjson.loads(event.data)
    except orjson.JSONDecodeError:
        return event
    return replace(event, data=orjson.dumps(value, option=orjson.OPT_INDENT_2))
