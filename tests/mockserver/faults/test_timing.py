"""Faults of time, as a delivery plans them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Answer, Ending
from mockserver.delivery import Delivery, Framing, HeadPace, Piece, lay_out
from mockserver.faults.timing import Drip, Hold, SilenceAfterHeaders, SlowHeaders
from mockserver.pieces import MOST_RECUT, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import EventStream

JSON = lay_out(Answer(200, body=b"0123456789"))


def test_a_hold_puts_the_head_off() -> None:
    """The reply itself stays as it was, and two holds add up."""
    once = Hold(seconds=2).shape_delivery(JSON)
    twice = Hold(seconds=1).shape_delivery(once)

    assert (once.hold_s, twice.hold_s) == (2.0, 3.0)
    assert once.pieces == JSON.pieces


def test_a_hold_without_seconds_sends_nothing_ever() -> None:
    """Not even a head; the socket stays open until the client leaves."""
    held = Hold().shape_delivery(JSON)

    assert (held.send_head, held.pieces, held.ending, held.open_s) == (False, (), Ending.OPEN, None)


def test_silence_after_headers_puts_the_body_off() -> None:
    """The head is not late, the first piece is."""
    silent = SilenceAfterHeaders(seconds=2).shape_delivery(JSON)

    assert (silent.hold_s, silent.pieces) == (0.0, (Piece(b"0123456789", 2.0),))


def test_silence_without_seconds_keeps_the_promise_of_a_body() -> None:
    """The head still declares the whole length, and nothing follows."""
    silent = SilenceAfterHeaders().shape_delivery(JSON)

    assert (silent.send_head, silent.pieces, silent.content_length) == (True, (), 10)
    assert silent.ending is Ending.OPEN


def test_silence_in_a_stream_stays_chunked(make_stream: Callable[..., EventStream]) -> None:
    """A chunked head declares no length."""
    silent = SilenceAfterHeaders().shape_delivery(lay_out(Answer(200, body=make_stream())))

    assert (silent.framing, silent.content_length, silent.pieces) == (Framing.CHUNKED, None, ())


@pytest.mark.parametrize("seconds", [None, 1.0])
def test_silence_needs_a_body(seconds: float | None) -> None:
    """After the headers of an empty reply there is nothing to wait for."""
    empty = lay_out(Answer(200))

    assert SilenceAfterHeaders(seconds=seconds).shape_delivery(empty) is empty


@given(st.binary(min_size=1, max_size=60), st.integers(1, 80))
def test_a_drip_sends_every_byte_in_equal_drops(body: bytes, size: int) -> None:
    """Each write holds so many bytes, the last what is left, with the pause between every two."""
    delivery = lay_out(Answer(200, body=body))

    dripped = Drip(bytes=size, interval_s=0.5).shape_delivery(delivery)

    assert joined(dripped.pieces) == body
    assert dripped.content_length == len(body)
    assert [len(piece.data) for piece in dripped.pieces[:-1]] == [size] * ((len(body) - 1) // size)
    assert [piece.delay_s for piece in dripped.pieces][1:] == [0.5] * (len(dripped.pieces) - 1)
    assert (dripped is delivery) == (len(body) <= size)


@given(st.integers(2, 200), st.integers(0, 30))
def test_a_limit_ends_the_drip(length: int, pauses: int) -> None:
    """It drips for no longer than limit_s; the rest comes with the last drop."""
    delivery = lay_out(Answer(200, body=bytes(length)))

    dripped = Drip(interval_s=0.1, limit_s=pauses / 10).shape_delivery(delivery)

    assert joined(dripped.pieces) == bytes(length)
    assert len(dripped.pieces) == min(pauses, length - 1) + 1


def test_a_stream_drips_across_its_events(make_stream: Callable[..., EventStream]) -> None:
    """Drops know nothing of events; the events' own pauses stay."""
    delivery = lay_out(Answer(200, body=make_stream(2)))

    dripped: Delivery = Drip(bytes=5, interval_s=0.1).shape_delivery(delivery)

    assert [piece.data for piece in dripped.pieces] == [b'{"n":', b"0}\n\n{", b'"n":1', b"}\n\n"]


def test_a_head_trickles_and_the_body_does_not() -> None:
    """Where no head is sent there is none to trickle."""
    slow = SlowHeaders(by="byte", interval_s=0.5).shape_delivery(JSON)
    silent = Hold().shape_delivery(JSON)

    assert slow.extras is not None
    assert slow.extras.head_pace == HeadPace("byte", 0.5)
    assert slow.pieces == JSON.pieces
    assert SlowHeaders(interval_s=1).shape_delivery(silent) is silent


def test_a_huge_body_does_not_drip() -> None:
    """It would have to be in memory whole."""
    huge = lay_out(Answer(200, body=b"x" * (MOST_RECUT + 1)))

    assert Drip(interval_s=1, bytes=10_000_000).shape_delivery(huge) is huge
