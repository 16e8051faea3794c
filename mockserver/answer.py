"""What the API wants to say, before it is laid out as bytes.

An :class:`Answer` is either a body of bytes or an :class:`EventStream`. Faults of the *answer* and
*stream* layers turn one of these into another; none of them touches a socket. The next step,
:mod:`mockserver.delivery`, lays an answer out as bytes on the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mockserver.values import value

Headers = tuple[tuple[str, str], ...]

JSON_TYPE = ("Content-Type", "application/json")


class Ending(StrEnum):
    """How the server stops sending, as a raw socket client sees it."""

    COMPLETE = "complete"
    """Framing finished as HTTP/1.1 asks; the connection may be used again."""
    RST = "rst"
    """A TCP reset, after everything before it has left the socket."""
    FIN = "fin"
    """A close in the middle: a chunk (or a Content-Length) promises more than was sent."""
    NO_FINAL_CHUNK = "no_final_chunk"
    """Whole chunks, then a close without the last, empty chunk (RFC 9112 section 8)."""
    OPEN = "open"
    """Nothing more is sent and nothing is closed until the client leaves or the hold ends."""


class StreamStyle(StrEnum):
    """The two framings of a Pawa AI stream (pawa-api.md section 3.2)."""

    JSON_LINES = "json_lines"
    SSE = "sse"


class EventKind(StrEnum):
    """What one event of a stream is, for faults and for the journal."""

    CHUNK = "chunk"
    ERROR = "error"
    COMMENT = "comment"
    MARKER = "marker"
    """The terminal marker, ``[DONE]``."""
    RAW = "raw"
    """Bytes that are written as they are, outside any framing."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a reply waits until a test lets it go (:mod:`mockserver.holds`).

    ``limit_s`` bounds the wait, in seconds of the sandbox's clock (None: no bound).
    """

    name: str
    limit_s: float | None = None


@value
class Event:
    """One event of a stream.

    ``data`` is the payload without framing (for ``RAW``: the very bytes); ``delay_s`` is the pause
    before it is sent, ``gates`` what it waits for after that pause. ``fields`` are further fields
    of the event in SSE (``event``, ``id``, ``retry``), which the other framing has no place for.
    """

    data: bytes
    kind: EventKind = EventKind.CHUNK
    delay_s: float = 0.0
    gates: tuple[Gate, ...] = ()
    fields: Headers = ()


@value
class EventStream:
    """A stream as a script: events in order, how they are framed, and how it ends.

    ``eol`` is the line end (``\\n``, ``\\r\\n`` or ``\\r``; empty for chunks that are bytes without
    any framing, such as sound); ``bom`` puts U+FEFF first;
    ``hold_s`` bounds an ``OPEN`` ending (None: until the client leaves).
    """

    events: tuple[Event, ...]
    style: StreamStyle = StreamStyle.JSON_LINES
    eol: bytes = b"\n"
    bom: bool = False
    ending: Ending = Ending.COMPLETE
    hold_s: float | None = None


@value
class Answer:
    """Status, headers and body of one reply.

    Headers carry no framing (``Content-Length``, ``Transfer-Encoding``, ``Connection``): those
    belong to the delivery. ``reason`` None means the status code's standard phrase.
    """

    status: int
    headers: Headers = ()
    body: bytes | EventStream = b""
    reason: str | None = None

    def with_headers(self, *headers: tuple[str, str]) -> Answer:
        """The same answer with further headers behind its own."""
        return Answer(self.status, self.headers + headers, self.body, self.reason)

    def with_header(self, name: str, value: str | None) -> Answer:
        """The same answer with a header in the place of its own of that name, or as the last one.

        None leaves the header out. An answer that is so already is given back itself.
        """
        lowered, headers, put = name.lower(), [], value is None
        for pair in self.headers:
            if pair[0].lower() != lowered:
                headers.append(pair)
            elif not put and value is not None:
                headers.append((name, value))
                put = True
        if not put and value is not None:
            headers.append((name, value))
        if tuple(headers) == self.headers:
            return self
        return Answer(self.status, tuple(headers), self.body, self.reason)
