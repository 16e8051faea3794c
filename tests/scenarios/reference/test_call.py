"""One call, and what happened to it."""

from __future__ import annotations

import json

from scenarios.reference.call import MOST_CAUSES, Call
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import ServerError
from scenarios.reference.requests import CHAT_PATH
from tests.scenarios.reference.makers import REQUEST, make_target


def make_call() -> Call:
    body = {"model": "m", **REQUEST, "max_tokens": 5}
    return Call(CHAT_PATH, body, (make_target(), make_target(model="n")), Deadline())


def test_bodies() -> None:
    """A target gets the caller's request with its own model, the same bytes each time."""
    call = make_call()
    encoded = call.encoded_for(call.targets[1])

    assert json.loads(encoded) == {**call.body, "model": "n"}
    assert list(json.loads(encoded)) == list(call.body)
    assert call.body_for(encoded, 1) is call.body_for(encoded, 2)


def test_streams() -> None:
    """Only ``stream: true`` asks for a stream."""
    call = make_call()

    assert not call.streams
    call.body = {**call.body, "stream": True}
    assert call.streams


def test_the_whole_story() -> None:
    """The last error tells attempts, ids, causes and delivered text of the whole call."""
    call = make_call()
    call.attempts = 2
    call.request_ids += ["r1", "r2"]
    call.text.append("Haba")
    call.note_failure(ServerError("down", status=503, request_id="r1"), call.primary)

    error = call.complete(ServerError("down again", request_id="r2"))

    assert (error.attempts, error.request_ids, error.partial) == (2, ("r1", "r2"), "Haba")
    assert [cause.message for cause in error.causes] == ["down"]


def test_one_open_outcome_is_enough() -> None:
    """When any attempt may have been worked on, the whole call may have been."""
    call = make_call()
    call.note_failure(ServerError("lost", ambiguous=True), call.primary)
    call.note_failure(ServerError("down"), call.primary)

    assert call.complete(ServerError("down")).ambiguous


def test_bounded_causes() -> None:
    """The list of causes does not grow without end."""
    call = make_call()
    for _ in range(100):
        call.note_failure(ServerError("down"), call.primary)

    assert len(call.causes) == MOST_CAUSES
