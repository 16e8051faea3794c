"""An answer laid out as bytes."""

from __future__ import annotations

import pytest

from mockserver.answer import Answer, Ending, Event, EventStream
from mockserver.delivery import (
    BROKEN_CHUNK,
    Delivery,
    Extras,
    Framing,
    Piece,
    lay_out,
    standard_reason,
)

STREAM = EventStream(events=(Event(b'{"n":0}'), Event(b'{"n":1}', delay_s=0.5)))


def test_a_body_of_bytes_is_one_piece_with_its_length() -> None:
    """JSON replies carry a Content-Length."""
    delivery = lay_out(Answer(200, (("A", "b"),), b"{}"))

    assert delivery == Delivery(
        200, "OK", (("A", "b"),), Framing.CONTENT_LENGTH, (Piece(b"{}"),), content_length=2
    )


def test_an_empty_body_has_no_piece_and_length_0() -> None:
    """Nothing is written for nothing."""
    delivery = lay_out(Answer(200))

    assert (delivery.pieces, delivery.content_length, delivery.body_length) == ((), 0, 0)


def test_a_stream_is_chunked_event_by_event() -> None:
    """Each event is one write after its pause; the ending is the stream's."""
    delivery = lay_out(Answer(200, body=STREAM))

    assert delivery.framing is Framing.CHUNKED
    assert [(piece.data, piece.delay_s) for piece in delivery.pieces] == [
        (b'{"n":0}\n\n', 0.0),
        (b'{"n":1}\n\n', 0.5),
    ]
    assert (delivery.ending, delivery.tail) == (Ending.COMPLETE, 0)


@pytest.mark.parametrize("ending", [Ending.RST, Ending.NO_FINAL_CHUNK, Ending.OPEN])
def test_a_stream_passes_its_ending_on(ending: Ending) -> None:
    """How a stream ends is how its delivery ends, after the same pieces."""
    stream = EventStream(STREAM.events, ending=ending, hold_s=3.0)

    delivery = lay_out(Answer(200, body=stream))

    assert (delivery.ending, delivery.open_s, len(delivery.pieces)) == (ending, 3.0, 2)


def test_a_stream_that_ends_in_fin_breaks_off_in_an_announced_chunk() -> None:
    """The next chunk's size is sent, and none of its bytes."""
    stream = EventStream(STREAM.events, ending=Ending.FIN)

    delivery = lay_out(Answer(200, body=stream))

    assert (delivery.pieces[-1], delivery.tail) == (Piece(b""), BROKEN_CHUNK)


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("body", [b"{}", STREAM])
def test_bodyless_statuses_have_no_body(status: int, body: bytes | EventStream) -> None:
    """204 and 304 end after their head, whatever the answer holds (RFC 9110 section 6.4.1)."""
    delivery = lay_out(Answer(status, body=body))

    assert (delivery.framing, delivery.pieces) == (Framing.NONE, ())


def test_head_declares_the_length_and_sends_no_body() -> None:
    """A HEAD reply has the Content-Length of the GET (RFC 9110 section 9.3.2)."""
    delivery = lay_out(Answer(200, body=b"12345"), method="HEAD")

    assert (delivery.pieces, delivery.content_length, delivery.declared_length) == ((), 5, 5)


def test_head_of_a_stream_has_no_framing() -> None:
    """What a stream's length would be is not known."""
    assert lay_out(Answer(200, body=STREAM), method="HEAD").framing is Framing.NONE


def test_the_reason_is_the_standard_s_unless_given() -> None:
    """Unknown codes have an empty phrase."""
    assert lay_out(Answer(503)).reason == "Service Unavailable"
    assert lay_out(Answer(503, reason="Busy")).reason == "Busy"
    assert standard_reason(599) == ""


def test_extras_change_one_by_one() -> None:
    """A delivery has none until somebody asks."""
    plain = lay_out(Answer(200))

    both = plain.with_extras(surplus=b"x").with_extras(deaf_s=1.0)

    assert plain.extras is None
    assert both.extras == Extras(surplus=b"x", deaf_s=1.0)
