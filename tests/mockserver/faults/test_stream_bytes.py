"""Faults of a stream's bytes."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Answer, Event, EventKind, EventStream, StreamStyle
from mockserver.delivery import lay_out
from mockserver.faults.stream_bytes import (
    Bom,
    DataLines,
    LineEnds,
    OtherStyle,
    Split,
    SplitCrlf,
    SseFields,
)
from mockserver.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeStream = Callable[..., EventStream]

JSON = lay_out(Answer(200, body=b'{"a":"\r\n"}'))
EURO = EventStream(events=(Event("€豆腐👍".encode()), Event(b"{}")))


@given(st.integers(1, 60))
def test_a_split_cuts_anywhere_and_loses_nothing(size: int) -> None:
    """Through characters and line ends: n bytes in each write, the last what is left."""
    delivery = lay_out(Answer(200, body=EURO))

    split = Split(bytes=size, interval_s=0.02).shape_delivery(delivery)

    assert joined(split.pieces) == joined(delivery.pieces)
    assert {len(piece.data) for piece in split.pieces[:-1]} <= {size}
    assert [piece.delay_s for piece in split.pieces[1:]] == [0.02] * (len(split.pieces) - 1)


def test_a_large_split_is_one_write(make_stream: MakeStream) -> None:
    """Bigger than the stream: all events at once, which is a fault of its own."""
    delivery = lay_out(Answer(200, body=make_stream(9)))

    assert len(Split(bytes=65536).shape_delivery(delivery).pieces) == 1


def test_only_streams_are_split(make_stream: MakeStream) -> None:
    """A JSON reply drips; an empty stream has no bytes."""
    empty = lay_out(Answer(200, body=make_stream(0)))

    assert Split(bytes=1).shape_delivery(JSON) is JSON
    assert Split(bytes=1).shape_delivery(empty) is empty


def test_a_pause_stands_inside_every_crlf(make_stream: MakeStream) -> None:
    """Up to the CR, a pause, then the LF and what follows."""
    fault = SplitCrlf(pause_s=0.05)
    delivery = lay_out(Answer(200, body=fault.shape_stream(make_stream(2))))

    torn = fault.shape_delivery(delivery)

    assert [(piece.data, piece.delay_s) for piece in torn.pieces] == [
        (b'{"n":0}\r', 0.0),
        (b"\n\r", 0.05),
        (b'\n{"n":1}\r', 0.05),
        (b"\n\r", 0.05),
        (b"\n", 0.05),
    ]


def test_a_json_reply_has_no_crlf_to_tear(make_stream: MakeStream) -> None:
    """Whatever bytes it holds; nor has an empty stream."""
    empty = lay_out(Answer(200, body=make_stream(0)))

    assert SplitCrlf().shape_delivery(JSON) is JSON
    assert SplitCrlf().shape_delivery(empty) is empty


@pytest.mark.parametrize(("eol", "end"), [("lf", b"\n"), ("crlf", b"\r\n"), ("cr", b"\r")])
def test_lines_end_as_asked(make_stream: MakeStream, eol: Any, end: bytes) -> None:
    """A stream that ends so already is as promised: a new object tells that the fault holds."""
    stream = make_stream(1)

    shaped = LineEnds(eol=eol).shape_stream(stream)

    assert joined(lay_out(Answer(200, body=shaped)).pieces) == b'{"n":0}' + end + end
    assert shaped is not stream


def test_a_bom_comes_first(make_stream: MakeStream) -> None:
    """Three bytes before everything."""
    shaped = Bom().shape_stream(make_stream(1))

    assert joined(lay_out(Answer(200, body=shaped)).pieces) == b'\xef\xbb\xbf{"n":0}\n\n'


@pytest.mark.parametrize(
    ("style", "marker", "sent"),
    [
        ("sse", True, b'data: {"n":0}\n\ndata: [DONE]\n\n'),
        ("sse", False, b'data: {"n":0}\n\n'),
        ("json_lines", True, b'{"n":0}\n\n[DONE]\n\n'),
        ("json_lines", False, b'{"n":0}\n\n'),
    ],
)
@pytest.mark.parametrize("own", [*product([True, False], StreamStyle)])
def test_a_stream_changes_into_any_style(
    make_stream: MakeStream, style: Any, marker: bool, sent: bytes, own: tuple[bool, StreamStyle]
) -> None:
    """From either framing into either, with or without a marker."""
    stream = make_stream(1, marker=own[0], style=own[1])

    shaped = OtherStyle(style=style, marker=marker).shape_stream(stream)

    assert joined(lay_out(Answer(200, body=shaped)).pieces) == sent
    assert shaped is not stream


def test_an_event_may_have_several_data_lines(make_stream: MakeStream) -> None:
    """Indented JSON, a `data:` field a line, with the stream's own line end; the marker has one."""
    stream = make_stream(1, marker=True, style=StreamStyle.SSE, eol=b"\r\n")

    shaped = DataLines().shape_stream(stream)

    assert joined(lay_out(Answer(200, body=shaped)).pieces) == (
        b'data: {\r\ndata:   "n": 0\r\ndata: }\r\n\r\ndata: [DONE]\r\n\r\n'
    )


def test_only_json_in_sse_is_indented(make_stream: MakeStream) -> None:
    """In JSON lines a line is an event; a comment and a chunk that is no JSON stay as they are."""
    lines = make_stream(1)
    others = EventStream(
        events=(Event(b"ping", EventKind.COMMENT), Event(b"{oops")), style=StreamStyle.SSE
    )

    assert DataLines().shape_stream(lines) is lines
    assert DataLines().shape_stream(others) == others


def test_events_of_sse_have_fields(make_stream: MakeStream) -> None:
    """Comments have none, and JSON lines have no place for them."""
    stream = make_stream(1, marker=True, style=StreamStyle.SSE)
    ping = Event(b"ping", EventKind.COMMENT)
    stream = EventStream((ping, *stream.events), style=StreamStyle.SSE)

    named = SseFields(event="x", ids=True, retry_ms=10).shape_stream(stream)

    assert [event.fields for event in named.events] == [
        (),
        (("event", "x"), ("id", "1"), ("retry", "10")),
        (("event", "x"), ("id", "2")),
    ]
    lines = make_stream(1)
    assert SseFields().shape_stream(lines) is lines


@pytest.mark.parametrize(
    "fault", [LineEnds(eol="crlf"), SplitCrlf(), OtherStyle(style="sse"), SseFields()]
)
def test_sound_has_no_lines_to_write_otherwise(fault: Any) -> None:
    """Its bytes are no text."""
    sound = EventStream((Event(b"\x00"),), style=StreamStyle.SSE, eol=b"")

    assert fault.shape_stream(sound) is sound
