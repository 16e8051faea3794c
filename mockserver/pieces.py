"""The writes of a body, and how to cut them anew without moving a byte."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockserver.answer import EventKind, Gate


MOST_RECUT = 20_000_000
"""Bytes of a body that can be cut anew: a huge one is never in memory whole."""


@value
class Piece:
    """One write of body bytes (one chunk when the framing is chunked), after a pause.

    ``event_kind`` says what the piece is when it is one whole event of a stream, for the journal.
    ``gates`` are passed after the pause, one after the other.
    """

    data: bytes
    delay_s: float = 0.0
    event_kind: EventKind | None = None
    gates: tuple[Gate, ...] = ()


def joined(pieces: Iterable[Piece]) -> bytes:
    """All the bytes of some pieces."""
    return b"".join(piece.data for piece in pieces)


def kept(pieces: Sequence[Piece], length: int) -> tuple[Piece, ...]:
    """The first ``length`` bytes; a piece that is cut short is no whole event any more."""
    left: list[Piece] = []
    for piece in pieces:
        if length <= 0:
            break
        if len(piece.data) > length:
            left.append(Piece(piece.data[:length], piece.delay_s, gates=piece.gates))
            break
        left.append(piece)
        length -= len(piece.data)
    return tuple(left)


def recut(pieces: Sequence[Piece], cuts: Iterable[int], interval_s: float) -> tuple[Piece, ...]:
    """The same bytes in other writes: a new one begins at each offset of ``cuts`` (ascending).

    Before each new piece but the first there is a pause of ``interval_s`` seconds, and before a
    piece in which old ones begin, also their own pauses and gates: no byte is sent sooner than it
    was to be.
    A piece that stays as it was keeps its ``event_kind``.
    """
    data = joined(pieces)
    if not data:
        return tuple(pieces)
    edges = [0, *(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    old = _starts(pieces)
    new: list[Piece] = []
    at = 0
    for number, (start, end) in enumerate(pairwise(edges)):
        delay_s = interval_s if number else 0.0
        kind = None
        gates: tuple[Gate, ...] = ()
        while at < len(old) and old[at][0] < end:
            begin, piece = old[at]
            delay_s += piece.delay_s
            gates += piece.gates
            if (begin, len(piece.data)) == (start, end - start):
                kind = piece.event_kind
            at += 1
        new.append(Piece(data[start:end], delay_s, kind, gates))
    # An empty last piece is a chunk that breaks off: it stays the last.
    new.extend(piece for _, piece in old[at:])
    return tuple(new)


def padded(pieces: Sequence[Piece], filler: bytes, length: int) -> tuple[Piece, ...]:
    """The pieces, and behind them ``length`` bytes of a repeated filler, none of it copied.

    However long the padding is, every piece of it but the last is the same object.
    """
    whole, rest = divmod(length, len(filler))
    block = Piece(filler)
    last = (Piece(filler[:rest]),) if rest else ()
    return (*pieces, *(block,) * whole, *last)


def _starts(pieces: Sequence[Piece]) -> list[tuple[int, Piece]]:
    """Each piece with the offset at which it begins."""
    starts: list[tuple[int, Piece]] = []
    offset = 0
    for piece in pieces:
        starts.append((offset, piece))
        offset += len(piece.data)
    return starts


def delayed(pieces: Sequence[Piece], seconds: float) -> tuple[Piece, ...]:
    """The same pieces, the first of them ``seconds`` later."""
    first = pieces[0]
    return (replace(first, delay_s=first.delay_s + seconds), *pieces[1:])
