"""How requests end, told as outcomes."""

from __future__ import annotations

import pytest

from scenarios.clients.protocol import ClientAnswer, ClientError, Delta, Outcome
from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply, outcome_of, words_of

DELTAS = (Delta("x", 1.5),)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Answered(ClientAnswer(text="x")), Outcome("ok", answer=ClientAnswer(text="x"))),
        (Refused(ClientError("auth")), Outcome("error", error=ClientError("auth"))),
        (Broken("it crashed"), Outcome("crashed", detail="it crashed")),
        (Hung("no answer"), Outcome("hung", detail="no answer")),
    ],
)
def test_each_reply_is_one_kind_of_outcome(reply: Reply, outcome: Outcome) -> None:
    """With deltas and times whatever the end."""
    told = outcome_of(reply, DELTAS, 1.0, 2.0)

    assert (told.ending, told.answer, told.error) == (outcome.ending, outcome.answer, outcome.error)
    assert told.detail == outcome.detail
    assert (told.deltas, told.elapsed_s) == (DELTAS, 1.0)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            Refused(ClientError("config", "no key given")),
            "it answered open with config: no key given",
        ),
        (Broken("it crashed"), "it crashed"),
        (Hung("no answer"), "no answer"),
        (Answered({}), "it did"),
    ],
)
def test_what_an_operation_that_had_to_succeed_came_to_is_told_in_words(
    reply: Reply, words: str
) -> None:
    """For the one line that a person reads."""
    assert words_of(reply, "open") == words
