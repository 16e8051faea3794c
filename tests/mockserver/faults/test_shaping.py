"""Several faults at work on one reply, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.answer import Ending
from mockserver.faults.answers import Status
from mockserver.faults.bodies import CutJson
from mockserver.faults.connection import CutBody, RstBeforeHeaders
from mockserver.faults.noop import Noop
from mockserver.faults.shaping import answer_now, closing, shape
from mockserver.faults.stream_bytes import LineEnds, SplitCrlf
from mockserver.faults.stream_endings import CutStream
from mockserver.faults.stream_timing import SlowFirstToken, Stall
from mockserver.faults.timing import Hold
from mockserver.pieces import joined
from tests.mockserver.faults.conftest import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer, EventStream
    from mockserver.draws import Draws
    from mockserver.facts import RequestFacts

    MakeAnswer = Callable[..., Answer]
    MakeStream = Callable[..., EventStream]


def test_a_slow_start_and_a_cut_go_together(
    make_answer: MakeAnswer, make_stream: MakeStream, draws: Draws
) -> None:
    """Slow first token and cut after 5 chunks: both are seen in one stream."""
    faults = [SlowFirstToken(seconds=3), CutStream(after_chunks=5, how="rst")]

    shaped = shape(faults, make_answer(make_stream(9)), draws, FACTS)

    assert [piece.delay_s for piece in shaped.delivery.pieces] == [3.0, 0.0, 0.0, 0.0, 0.0]
    assert shaped.delivery.ending is Ending.RST
    assert shaped.applied


def test_order_matters_within_a_layer(
    make_answer: MakeAnswer, make_stream: MakeStream, draws: Draws
) -> None:
    """Cut after 2 chunks leaves no fourth chunk to stall before; the other way round, both work."""
    cut, stall = CutStream(after_chunks=2, how="clean"), Stall(after_chunks=1, seconds=1)
    late = Stall(after_chunks=3, seconds=1)

    assert shape([cut, late], make_answer(make_stream(5)), draws, FACTS).idle == ("stall",)
    assert shape([stall, cut], make_answer(make_stream(5)), draws, FACTS).applied


def test_layers_have_their_own_order(make_answer: MakeAnswer, draws: Draws) -> None:
    """A body is made before it is cut, wherever the rule lists the two."""
    shaped = shape(
        [CutBody(after_bytes=3), CutJson(keep_bytes=5)], make_answer(b"0123456789"), draws, FACTS
    )

    assert joined(shaped.delivery.pieces) == b"012"
    assert shaped.delivery.content_length == 5
    assert shaped.applied


def test_a_stream_fault_on_a_json_reply_is_idle(make_answer: MakeAnswer, draws: Draws) -> None:
    """The reply is the healthy one, and the fault does not count as delivered."""
    shaped = shape([LineEnds(eol="cr"), Hold(seconds=1)], make_answer(), draws, FACTS)

    assert shaped.idle == ("line_ends",)
    assert not shaped.applied


def test_a_fault_of_two_layers_is_at_work_when_one_of_them_is(
    make_answer: MakeAnswer, make_stream: MakeStream, draws: Draws
) -> None:
    """On a stream split_crlf changes line ends and writes; on JSON neither."""
    assert shape([SplitCrlf()], make_answer(make_stream(2)), draws, FACTS).applied
    assert shape([SplitCrlf()], make_answer(), draws, FACTS).idle == ("split_crlf",)


def test_the_first_fault_that_can_answer_does(make_facts: Callable[..., RequestFacts]) -> None:
    """Others only shape; where none answers, the API does."""
    answer = answer_now([Hold(seconds=1), Status(status=503)], make_facts())

    assert answer is not None
    assert answer.status == 503
    assert answer_now([Hold(seconds=1), Noop()], make_facts()) is None


def test_an_answer_is_its_own_effect(make_facts: Callable[..., RequestFacts], draws: Draws) -> None:
    """A status has been delivered when it was sent; a hold before it works too."""
    faults = [Hold(seconds=1), Status(status=503)]
    answer = answer_now(faults, make_facts())
    assert answer is not None

    shaped = shape(faults, answer, draws, FACTS)

    assert (shaped.delivery.status, shaped.delivery.hold_s, shaped.idle) == (503, 1.0, ())


def test_head_gets_no_body(make_answer: MakeAnswer, draws: Draws) -> None:
    """A cut of a body that is not sent has no effect."""
    shaped = shape([CutBody(after_bytes=2)], make_answer(), draws, replace(FACTS, method="HEAD"))

    assert shaped.idle == ("cut_body",)


def test_few_faults_close_the_listener() -> None:
    """The server asks for the ability."""
    assert closing([Hold(), RstBeforeHeaders()]) is None
