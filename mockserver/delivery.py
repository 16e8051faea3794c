"""An answer laid out as bytes: what is written when, and how it ends.

A :class:`Delivery` is a pure description; :mod:`mockserver.wire` carries it out. Faults of the
*delivery* layer (timing, connection) turn one delivery into another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from mockserver.answer import Answer, Ending, EventStream, Headers
from mockserver.framing import encode_stream
from mockserver.pieces import Piece

__all__ = ["BROKEN_CHUNK", "Delivery", "Framing", "Piece", "lay_out", "standard_reason"]

BROKEN_CHUNK = 64
"""How many bytes the chunk announces that a stream with a ``FIN`` ending breaks off in."""


class Framing(StrEnum):
    """How the end of the body is told (RFC 9112 section 6)."""

    CONTENT_LENGTH = "content_length"
    CHUNKED = "chunked"
    NONE = "none"
    """No body and no word of one: 204 and 304 (RFC 9110 sections 6.4.1 and 8.6)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything the wire has to do for one reply.

    ``hold_s`` is the silence before the head. ``send_head`` False sends nothing at all before the
    ending (an RST before headers, a silent server). ``content_length`` overrides the declared
    length, so that it can lie. ``open_s`` bounds an ``OPEN`` ending (None: until the client
    leaves). ``tail`` (chunked framing only) is how many bytes the last chunk announces beyond
    those that are sent: its size line says ``len(data) + tail``, and the ending comes where the
    missing bytes should. The data of that last piece may be empty; then only the size line is sent.
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

    @property
    def body_length(self) -> int:
        """How many body bytes are planned."""
        return sum(len(piece.data) for piece in self.pieces)

    @property
    def declared_length(self) -> int:
        """The Content-Length that the head declares, or would declare."""
        return self.body_length if self.content_length is None else self.content_length


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


def standard_reason(status: int) -> str:
    """The phrase of a status code, empty where no standard gives one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
