"""Streams are framed as documented, and a standard parser reads them back under every split."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Event, EventKind, EventStream, StreamStyle
from mockserver.framing import BOM, encode_event, encode_stream
from mockserver.pieces import joined, recut

LINE_ENDS = [b"\n", b"\r\n", b"\r"]


class EventSourceParser:
    """A parser by the letter of WHATWG HTML 9.2.6, fed with bytes in any portions.

    It shares nothing with the code under test. ``events`` holds the data of each dispatched
    event, ``comments`` the comment lines.
    """

    def __init__(self) -> None:
        self.events: list[str] = []
        self.comments: list[str] = []
        self._text = b""
        self._after_cr = False
        self._at_start = True
        self._data: list[str] = []

    def feed(self, portion: bytes) -> None:
        for value in portion:
            byte = bytes([value])
            if self._after_cr and byte == b"\n":
                self._after_cr = False
                continue
            self._after_cr = byte == b"\r"
            if byte in {b"\r", b"\n"}:
                self._line(self._text)
                self._text = b""
            else:
                self._text += byte

    def _line(self, raw: bytes) -> None:
        line = raw.decode()
        if self._at_start:
            line = line.removeprefix("\ufeff")
            self._at_start = False
        if not line:
            if self._data:
                self.events.append("\n".join(self._data))
            self._data = []
        elif line.startswith(":"):
            self.comments.append(line[1:].removeprefix(" "))
        else:
            field, _, value = line.partition(":")
            if field == "data":
                self._data.append(value.removeprefix(" "))


def lines_of(data: bytes) -> list[str]:
    """Every line that is not empty, whatever ends it: what a JSON-lines client reads."""
    text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return [line for line in text.split("\n") if line]


payloads = st.text(
    st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1, max_size=30
).map(lambda text: '{"content":"' + text + '"}')
events = st.lists(
    payloads.map(lambda text: Event(text.encode()))
    | st.sampled_from(["ping", "keep-alive"]).map(
        lambda text: Event(text.encode(), EventKind.COMMENT)
    ),
    max_size=8,
).map(lambda found: (*found, Event(b"[DONE]", EventKind.MARKER)))
streams = st.builds(
    EventStream,
    events=events,
    style=st.sampled_from(StreamStyle),
    eol=st.sampled_from(LINE_ENDS),
    bom=st.booleans(),
)


@given(streams.filter(lambda stream: stream.style is StreamStyle.SSE), st.data())
def test_a_standard_parser_reads_the_same_events_under_every_split(
    stream: EventStream, data: st.DataObject
) -> None:
    """Line end, BOM, comments and the places where writes are cut make no difference."""
    pieces = encode_stream(stream)
    length = len(joined(pieces))
    cuts = data.draw(st.lists(st.integers(1, length), unique=True).map(sorted))
    parser = EventSourceParser()

    for piece in recut(pieces, cuts, 0.0):
        parser.feed(piece.data)

    comments = [e.data.decode() for e in stream.events if e.kind is EventKind.COMMENT]
    others = [e.data.decode() for e in stream.events if e.kind is not EventKind.COMMENT]
    assert (parser.events, parser.comments) == (others, comments)


@given(streams.filter(lambda stream: stream.style is StreamStyle.JSON_LINES), st.integers(1, 9))
def test_json_lines_read_back_line_by_line_under_every_split(
    stream: EventStream, size: int
) -> None:
    """Each event is a line of its own; a comment is one that begins with a colon."""
    pieces = encode_stream(stream)
    length = len(joined(pieces))

    data = b"".join(piece.data for piece in recut(pieces, range(size, length, size), 0.0))

    expected = [
        (": " if event.kind is EventKind.COMMENT else "") + event.data.decode()
        for event in stream.events
    ]
    assert lines_of(data) == expected


@pytest.mark.parametrize("eol", LINE_ENDS)
@pytest.mark.parametrize(
    ("style", "kind", "framed"),
    [
        (StreamStyle.SSE, EventKind.CHUNK, b"data: x"),
        (StreamStyle.SSE, EventKind.ERROR, b"data: x"),
        (StreamStyle.SSE, EventKind.MARKER, b"data: x"),
        (StreamStyle.SSE, EventKind.COMMENT, b": x"),
        (StreamStyle.JSON_LINES, EventKind.CHUNK, b"x"),
        (StreamStyle.JSON_LINES, EventKind.ERROR, b"x"),
        (StreamStyle.JSON_LINES, EventKind.MARKER, b"x"),
        (StreamStyle.JSON_LINES, EventKind.COMMENT, b": x"),
    ],
)
def test_each_event_has_its_frame_and_a_blank_line(
    style: StreamStyle, kind: EventKind, framed: bytes, eol: bytes
) -> None:
    """The exact bytes of the table in the module, for every line end."""
    stream = EventStream(events=(), style=style, eol=eol)

    assert encode_event(Event(b"x", kind), stream) == framed + eol + eol


@pytest.mark.parametrize("eol", LINE_ENDS)
def test_further_fields_stand_before_the_data(eol: bytes) -> None:
    """In SSE only."""
    named = Event(b"x", fields=(("event", "chunk"), ("id", "7")))

    sse = EventStream(events=(), style=StreamStyle.SSE, eol=eol)
    lines = EventStream(events=(), eol=eol)

    assert encode_event(named, sse) == eol.join((b"event: chunk", b"id: 7", b"data: x", b"", b""))
    assert encode_event(named, lines) == b"x" + eol * 2


@pytest.mark.parametrize("eol", LINE_ENDS)
def test_a_payload_of_several_lines_is_one_event(eol: bytes) -> None:
    """In SSE each line is a `data:` field, and a reader joins them with LF again."""
    stream = EventStream(events=(Event(b'{\n "a": 1\n}'),), style=StreamStyle.SSE, eol=eol)

    data = joined(encode_stream(stream))

    assert data == eol.join([b"data: {", b'data:  "a": 1', b"data: }", b"", b""])


@pytest.mark.parametrize("style", StreamStyle)
def test_raw_bytes_are_written_as_they_are(style: StreamStyle) -> None:
    """Raw events stand outside any framing."""
    stream = EventStream(events=(), style=style)

    assert encode_event(Event(b"\x00\xff", EventKind.RAW), stream) == b"\x00\xff"


def test_there_is_one_piece_for_each_event_with_its_pause_and_kind() -> None:
    """What the journal calls a chunk is one chunk of the text."""
    stream = EventStream(
        events=(Event(b"{}", delay_s=1.5), Event(b"p", EventKind.COMMENT), Event(b"{}"))
    )

    pieces = encode_stream(stream)

    assert [(p.delay_s, p.event_kind) for p in pieces] == [
        (1.5, EventKind.CHUNK),
        (0.0, EventKind.COMMENT),
        (0.0, EventKind.CHUNK),
    ]


def test_a_bom_stands_once_at_the_very_start() -> None:
    """It goes in front of the first event, in the same write; an empty stream is the BOM alone."""
    stream = EventStream(events=(Event(b"a"), Event(b"b")), bom=True)

    assert [piece.data for piece in encode_stream(stream)] == [BOM + b"a\n\n", b"b\n\n"]
    assert joined(encode_stream(EventStream(events=(), bom=True))) == BOM


def test_the_parser_of_this_test_knows_the_standard_s_traps() -> None:
    """CR, LF and CRLF each end one line, and an event without data is not dispatched."""
    parser = EventSourceParser()
    for first, second in pairwise([b"data: a\r", b"\ndata: b\n", b"\r\n", b": c\r\r", b"x: y\n\n"]):
        parser.feed(first)
        last = second
    parser.feed(last)

    assert (parser.events, parser.comments) == (["a\nb"], ["c"])
