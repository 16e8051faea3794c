"""Faults of the connection, as a delivery plans them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Answer, Ending
from mockserver.delivery import BROKEN_CHUNK, Delivery, Framing, lay_out
from mockserver.faults.connection import (
    Blackhole,
    CloseBeforeHeaders,
    CutBody,
    RstBeforeHeaders,
)
from mockserver.faults.timing import Hold
from mockserver.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import EventStream
    from mockserver.facts import RequestFacts

JSON = lay_out(Answer(200, body=b"0123456789"))
HOWS = ["rst", "fin", "no_final_chunk", "short_content_length"]


@pytest.fixture
def stream(make_stream: Callable[..., EventStream]) -> Delivery:
    return lay_out(Answer(200, body=make_stream(3)))


@pytest.mark.parametrize(
    ("fault", "ending"), [(RstBeforeHeaders(), Ending.RST), (CloseBeforeHeaders(), Ending.FIN)]
)
def test_nothing_is_sent_before_the_connection_ends(
    make_facts: Callable[..., RequestFacts], fault: Any, ending: Ending
) -> None:
    """No head, no body; the work is not done either, since the fault answers itself."""
    cut = fault.shape_delivery(lay_out(fault.answer(make_facts())))

    assert (cut.send_head, cut.pieces, cut.ending) == (False, (), ending)


def test_a_silence_before_the_reset_stays() -> None:
    """Hold and reset in one rule: silence, then RST."""
    cut = RstBeforeHeaders().shape_delivery(Hold(seconds=2).shape_delivery(JSON))

    assert (cut.hold_s, cut.ending) == (2.0, Ending.RST)


@given(st.integers(0, 9), st.sampled_from(HOWS))
def test_a_cut_sends_exactly_so_many_bytes(after: int, how: Any) -> None:
    """The first n bytes of the body, whatever way it ends."""
    cut = CutBody(after_bytes=after, how=how).shape_delivery(JSON)

    assert joined(cut.pieces) == b"0123456789"[:after]
    assert cut.ending is not Ending.COMPLETE


@pytest.mark.parametrize(
    ("how", "framing", "declared", "ending"),
    [
        ("rst", Framing.CONTENT_LENGTH, 10, Ending.RST),
        ("fin", Framing.CONTENT_LENGTH, 10, Ending.FIN),
        ("short_content_length", Framing.CONTENT_LENGTH, 10, Ending.FIN),
        ("no_final_chunk", Framing.CHUNKED, None, Ending.NO_FINAL_CHUNK),
    ],
)
def test_a_json_reply_promises_more_than_comes(
    how: Any, framing: Framing, declared: int | None, ending: Ending
) -> None:
    """The head declares the whole length, or the body is made chunked and lacks its last chunk."""
    cut = CutBody(after_bytes=4, how=how).shape_delivery(JSON)

    assert (cut.framing, cut.content_length, cut.ending) == (framing, declared, ending)
    assert cut.tail == 0


@pytest.mark.parametrize(
    ("how", "framing", "tail", "ending"),
    [
        ("rst", Framing.CHUNKED, 0, Ending.RST),
        ("fin", Framing.CHUNKED, BROKEN_CHUNK, Ending.FIN),
        ("no_final_chunk", Framing.CHUNKED, 0, Ending.NO_FINAL_CHUNK),
        ("short_content_length", Framing.CONTENT_LENGTH, 0, Ending.FIN),
    ],
)
def test_a_stream_keeps_its_framing_unless_the_cut_needs_another(
    stream: Delivery, how: Any, framing: Framing, tail: int, ending: Ending
) -> None:
    """FIN comes inside an announced chunk; a short length declares what the whole stream has."""
    cut = CutBody(after_bytes=4, how=how).shape_delivery(stream)

    assert joined(cut.pieces) == b'{"n"'
    assert (cut.framing, cut.tail, cut.ending) == (framing, tail, ending)
    assert cut.content_length == (27 if framing is Framing.CONTENT_LENGTH else None)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("after", [11, 1000])
def test_a_body_that_is_shorter_is_not_cut(how: Any, after: int) -> None:
    """The fault has no effect, and says so by identity."""
    assert CutBody(after_bytes=after, how=how).shape_delivery(JSON) is JSON


def test_a_whole_body_can_lack_only_its_final_chunk(stream: Delivery) -> None:
    """At its very end a chunked body can still be cut; one with a length is complete."""
    whole = stream.body_length

    for how in ("rst", "fin", "no_final_chunk"):
        fault = CutBody.model_validate({"after_bytes": whole, "how": how})
        assert joined(fault.shape_delivery(stream).pieces) == joined(stream.pieces)
        assert fault.shape_delivery(stream) is not stream
    assert CutBody(after_bytes=10, how="fin").shape_delivery(JSON) is JSON


def test_a_reply_without_a_body_cannot_be_cut() -> None:
    """204 has nothing to cut and no framing to break."""
    bodyless = lay_out(Answer(204))

    assert CutBody(after_bytes=0, how="no_final_chunk").shape_delivery(bodyless) is bodyless


def test_a_black_hole_has_no_end_of_its_own(make_facts: Callable[..., RequestFacts]) -> None:
    """Nothing is sent, nothing closed, and the socket is kept for a while after the client's."""
    fault = Blackhole(deaf_s=5)

    gone = fault.shape_delivery(lay_out(fault.answer(make_facts())))

    assert (gone.send_head, gone.pieces, gone.ending) == (False, (), Ending.OPEN)
    assert gone.open_s is None
    assert gone.extras is not None
    assert gone.extras.deaf_s == 5
