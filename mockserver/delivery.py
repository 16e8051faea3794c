"""An answer laid out as bytes: what is written when, and how it ends.

A :class:`Delivery` is a pure description; :mod:`mockserver.transport.wire` carries it out. Faults
of the *delivery* layer (timing, connection) turn one delivery into another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from mockserver.answer import Answer, Ending, EventStream, Headers
from mockserver.framing import encode_stream
from mockserver.pieces import Piece
from mockserver.values import value

if TYPE_CHECKING:
    from mockserver.answer import Gate

__all__ = [
    "BROKEN_CHUNK",
    "Delivery",
    "Extras",
    "Framing",
    "HeadPace",
    "Piece",
    "lay_out",
    "standard_reason",
]

BROKEN_CHUNK = 64
"""How many bytes the chunk announces that a stream with a ``FIN`` ending breaks off in."""


class Framing(StrEnum):
    """How the end of the body is told (RFC 9112 section 6)."""

    CONTENT_LENGTH = "content_length"
    CHUNKED = "chunked"
    NONE = "none"
    """No body and no word of one: 204 and 304 (RFC 9110 sections 6.4.1 and 8.6)."""
    UNTIL_CLOSE = "until_close"
    """The close of the connection is the end of the body (RFC 9112 section 6.3, point 8)."""


@dataclass(frozen=True, slots=True)
class HeadPace:
    """A head that trickles: written byte by byte or line by line, ``interval_s`` seconds apart."""

    by: Literal["byte", "line"]
    interval_s: float


@dataclass(frozen=True, slots=True)
class Extras:
    """What only faults ask for beside head, body and ending; each is off by itself.

    ``interim`` is written before the silence and the head, as it is (1xx responses); ``gates`` are
    passed directly before the head. ``surplus`` are bytes behind the end of a whole body.
    ``closing`` closes the connection after a whole reply, with or without a word of it in the head.
    ``next_request`` ends the connection when the first byte of the next request on it comes in.
    ``deaf_s`` keeps the socket so long, in seconds, after a client's FIN (``OPEN`` ending only).
    """

    interim: tuple[Piece, ...] = ()
    gates: tuple[Gate, ...] = ()
    head_pace: HeadPace | None = None
    surplus: bytes = b""
    closing: Literal["announced", "silent"] | None = None
    next_request: Literal["fin", "rst"] | None = None
    deaf_s: float | None = None


NO_EXTRAS = Extras()


@value
class Delivery:
    """Everything the wire has to do for one reply.

    ``hold_s`` is the silence before the head. ``send_head`` False sends nothing at all before the
    ending (an RST before headers, a silent server). ``content_length`` overrides the declared
    length, so that it can lie. ``open_s`` bounds an ``OPEN`` ending (None: until the client
    leaves). ``tail`` (chunked framing only) is how many bytes the last chunk announces beyond
    those that are sent: its size line says ``len(data) + tail``, and the ending comes where the
    missing bytes should. The data of that last piece may be empty; then only the size line is sent.
    ``extras`` is None where no fault asked for any.
    """

    status: int
    reason: str
    headers: Headers
    framing: Framing
    pieces: tuple[Piece, ...]
    hold_s: float = 0.0
    send_head: bool = True
    content_length: int | None = None
    ending: Ending = Ending.COMPLETE
    open_s: float | None = None
    tail: int = 0
    extras: Extras | None = None

    @property
    def body_length(self) -> int:
        """How many body bytes are planned."""
        return sum(len(piece.data) for piece in self.pieces)

    @property
    def declared_length(self) -> int:
        """The Content-Length that the head declares, or would declare."""
        return self.body_length if self.content_length is None else self.content_length

    def with_extras(self, **changes: Any) -> Delivery:
        """The same delivery with some of its extras changed."""
        return replace(self, extras=replace(self.extras or NO_EXTRAS, **changes))


def lay_out(answer: Answer, *, method: str = "POST") -> Delivery:
    """Lay an answer out as bytes: bytes get a Content-Length, a stream is chunked, event by event.

    204 and 304 have no body whatever the answer holds. A reply to ``HEAD`` has none either, and
    the Content-Length that a GET would have had (RFC 9110 section 9.3.2).
    """
    reason = standard_reason(answer.status) if answer.reason is None else answer.reason
    body = answer.body
    bodyless = answer.status in {204, 304}
    if bodyless or (method == "HEAD" and isinstance(body, EventStream)):
        return Delivery(answer.status, reason, answer.headers, Framing.NONE, ())
    if isinstance(body, EventStream):
        return _lay_out_stream(answer, body, reason)
    return Delivery(
        answer.status,
        reason,
        answer.headers,
        Framing.CONTENT_LENGTH,
        pieces=(Piece(body),) if body and method != "HEAD" else (),
        content_length=len(body),
    )


def _lay_out_stream(answer: Answer, stream: EventStream, reason: str) -> Delivery:
    pieces = encode_stream(stream)
    broken = stream.ending is Ending.FIN
    return Delivery(
        answer.status,
        reason,
        answer.headers,
        Framing.CHUNKED,
        pieces=(*pieces, Piece(b"")) if broken else pieces,
        ending=stream.ending,
        open_s=stream.hold_s,
        tail=BROKEN_CHUNK if broken else 0,
    )


@lru_cache(maxsize=256)
def standard_reason(status: int) -> str:
    """The phrase of a status code, empty where no standard gives one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
