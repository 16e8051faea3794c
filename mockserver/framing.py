"""A stream of events as bytes, in both framings of Pawa AI (pawa-api.md section 3.2).

====================  ==========================  =====================
event                 ``sse``                     ``json_lines``
====================  ==========================  =====================
CHUNK, ERROR          ``data: {json}`` eol eol    ``{json}`` eol eol
MARKER                ``data: [DONE]`` eol eol    ``[DONE]`` eol eol
COMMENT               ``: text`` eol eol          ``: text`` eol eol
RAW                   its bytes, nothing else     its bytes, nothing else
====================  ==========================  =====================

In SSE a payload of several lines (Pawa's JSON has one, the fault ``data_lines`` makes more)
becomes as many ``data:`` fields of one event, which a reader joins with LF (WHATWG HTML 9.2.6).
Further fields of an event (``event:``, ``id:``, ``retry:``) stand before its data. A comment is one
line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.answer import EventKind, StreamStyle
from mockserver.pieces import Piece

if TYPE_CHECKING:
    from mockserver.answer import Event, EventStream

DONE = b"[DONE]"
"""The payload of the terminal marker."""

BOM = b"\xef\xbb\xbf"
"""U+FEFF in UTF-8: one may stand at the very start of an event stream (WHATWG HTML 9.2.5)."""


def encode_event(event: Event, stream: EventStream) -> bytes:
    """One event framed as its stream says: style and line end."""
    if event.kind is EventKind.RAW:
        return event.data
    end = stream.eol * 2
    if event.kind is EventKind.COMMENT:
        return b": " + event.data + end
    if stream.style is StreamStyle.SSE:
        data = b"data: " + event.data.replace(b"\n", stream.eol + b"data: ") + end
        if not event.fields:
            return data
        lines = [f"{name}: {value}".encode() + stream.eol for name, value in event.fields]
        return b"".join(lines) + data
    return event.data + end


def encode_stream(stream: EventStream) -> tuple[Piece, ...]:
    """The whole stream, one piece per event; a BOM goes in front of the first one's bytes."""
    pieces = tuple(
        Piece(encode_event(event, stream), event.delay_s, event.kind, event.gates)
        for event in stream.events
    )
    if not stream.bom:
        return pieces
    if not pieces:
        return (Piece(BOM),)
    first = pieces[0]
    return (replace(first, data=BOM + first.data), *pieces[1:])
