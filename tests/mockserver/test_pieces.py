"""Cutting the writes of a body anew moves no byte and hastens none."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import EventKind, Gate
from mockserver.pieces import Piece, delayed, joined, kept, padded, recut

pieces_of_any_kind = st.lists(
    st.builds(
        Piece,
        st.binary(min_size=1, max_size=20),
        st.sampled_from([0.0, 0.5, 2.0]),
        st.sampled_from([None, EventKind.CHUNK, EventKind.COMMENT]),
    ),
    max_size=8,
).map(tuple)


def due(pieces: tuple[Piece, ...]) -> list[float]:
    """When each byte is sent, in seconds from the first write."""
    times = accumulate(piece.delay_s for piece in pieces)
    return [at for piece, at in zip(pieces, times, strict=True) for _ in piece.data]


@given(pieces_of_any_kind, st.integers(1, 40), st.sampled_from([0.0, 0.25]))
def test_recut_keeps_every_byte_and_sends_none_sooner(
    pieces: tuple[Piece, ...], size: int, interval_s: float
) -> None:
    """The same bytes come in the same order, each at its time or later."""
    length = len(joined(pieces))

    new = recut(pieces, range(size, length, size), interval_s)

    assert joined(new) == joined(pieces)
    assert all(after >= before for before, after in zip(due(pieces), due(new), strict=True))
    if length:
        assert {len(piece.data) for piece in new[:-1]} <= {size}
        assert len(new) == -(-length // size)


@given(pieces_of_any_kind)
def test_recut_at_the_old_edges_changes_nothing(pieces: tuple[Piece, ...]) -> None:
    """A piece that stays as it was is still the event that it was."""
    edges = list(accumulate(len(piece.data) for piece in pieces))

    assert recut(pieces, edges, 0.0) == pieces


def test_a_chunk_that_breaks_off_stays_the_last() -> None:
    """An empty last piece stands for a size line without data, and survives a recut."""
    pieces = (Piece(b"abcd"), Piece(b"", 1.0))

    assert recut(pieces, [2], 0.1) == (Piece(b"ab"), Piece(b"cd", 0.1), Piece(b"", 1.0))


@given(pieces_of_any_kind, st.integers(0, 200))
def test_kept_is_a_prefix_of_that_length(pieces: tuple[Piece, ...], length: int) -> None:
    """Exactly the first bytes stay, none where the length is 0, all where it is too long."""
    assert joined(kept(pieces, length)) == joined(pieces)[:length]


def test_a_piece_cut_short_is_no_whole_event() -> None:
    """Half a chunk is not journalled as a chunk."""
    pieces = (Piece(b"ab", 0.0, EventKind.CHUNK), Piece(b"cd", 1.0, EventKind.CHUNK))

    assert kept(pieces, 3) == (pieces[0], Piece(b"c", 1.0))


def test_delayed_puts_the_first_piece_off() -> None:
    """What was to be late is later still; the others keep their distance."""
    assert delayed((Piece(b"a", 1.0), Piece(b"b", 2.0)), 3.0) == (
        Piece(b"a", 4.0),
        Piece(b"b", 2.0),
    )


def test_a_gate_is_passed_before_the_bytes_behind_it() -> None:
    """Also when they come in another write, together with bytes that were before it."""
    gate = Gate("go")
    pieces = (Piece(b"ab"), Piece(b"cd", 1.0, gates=(gate,)))

    assert recut(pieces, [1], 0.0) == (Piece(b"a"), Piece(b"bcd", 1.0, gates=(gate,)))
    assert kept(pieces, 3) == (Piece(b"ab"), Piece(b"c", 1.0, gates=(gate,)))


@given(st.binary(min_size=1, max_size=9), st.integers(0, 100))
def test_padding_is_as_long_as_asked_and_no_longer(filler: bytes, length: int) -> None:
    """The filler again and again, the last time only in part."""
    new = padded((Piece(b"ab"),), filler, length)

    assert joined(new) == b"ab" + (filler * length)[:length]
