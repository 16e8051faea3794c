"""Work that no model does."""

from __future__ import annotations

from mockserver.answer import Answer
from mockserver.api.free_work import free_work, ready
from mockserver.api.work import Moment


def test_free_work_costs_nothing() -> None:
    """No model, no items, no tokens; the answer is made when its time comes."""
    made: list[float] = []

    def make(moment: Moment) -> Answer:
        made.append(moment.wall_s)
        return Answer(200)

    work = free_work("shelf.one", make, latency_s=0.5)

    assert made == []
    reply = work.make(Moment(9.0))
    assert made == [9.0]
    assert (work.model, work.items, work.tokens_in, work.tokens_out_ceiling) == (None, 0, 0, 0)
    assert (reply.model, reply.items, reply.tokens_in, reply.tokens_out) == (None, 0, 0, 0)
    assert (reply.answer.status, reply.latency_s) == (200, 0.5)


def test_an_answer_that_stands_already_is_given_as_it_is() -> None:
    """Whenever it is asked for."""
    answer = Answer(404)

    assert ready("shelf.one", answer).make(Moment(1.0)).answer is answer
