"""An answer laid out as bytes: what is written when, and how it ends.

A :class:`Delivery` is a pure description; :mod:`mockserver.wire` carries it out. Faults of the
*delivery* layer (timing, connection) turn one delivery into another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mockserver.answer import Answer, Ending, Event, EventKind, EventStream, Headers, StreamStyle


class Framing(StrEnum):
    """How the end of the body is told (RFC 9112 section 6)."""

    CONTENT_LENGTH = "content_length"
    CHUNKED = "chunked"


@dataclass(frozen=True, slots=True)
class Piece:
    """One write of body bytes (one chunk when the framing is chunked), after a pause.

    ``event_kind`` says what the piece is when it is one whole event of a stream, for the journal.
    """

    data: bytes
    delay_s: float = 0.0
    event_kind: EventKind | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything the wire has to do for one reply.

    ``hold_s`` is the silence before the head. ``send_head`` False sends nothing at all before the
    ending (an RST before headers, a silent server). ``content_length`` overrides the declared
    length, so that it can lie. ``open_s`` bounds an ``OPEN`` ending (None: until the client
    leaves). ``tail`` marks where a cut happens inside a chunk: bytes promised and not sent.
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

    @property
    def body_length(self) -> int:
        """How many body bytes are planned."""
        return sum(len(piece.data) for piece in self.pieces)
