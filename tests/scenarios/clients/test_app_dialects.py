"""How an application is spoken to."""

from __future__ import annotations

import pytest

from scenarios.clients.app_dialects import CannotSay, MappedDialect, PlainDialect
from scenarios.clients.app_mapping import Route
from scenarios.clients.protocol import ClientAnswer, ClientError
from scenarios.clients.replies import Answered, Broken, Refused

ASK = {"messages": [{"role": "user", "content": "Habari?"}], "stream": False}
MAPPED = MappedDialect(
    Route(
        path="/ask",
        body={"q": "{prompt}", "limit": "{max_tokens}"},
        text="answer",
        delta="piece",
        vectors="items",
        error="problem.text",
        kind="problem.kind",
    )
)
PLAIN = PlainDialect("chat")


def test_plainly_the_request_travels_as_it_is() -> None:
    """With the options of the call beside it, on a route named after the operation."""
    assert PLAIN.route.path == "/chat"
    assert PLAIN.body(ASK, {"deadline_s": 2}) == {"request": ASK, "deadline_s": 2}


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ('{"ok": {"text": "hi"}}', Answered(ClientAnswer(text="hi"))),
        ('{"error": {"kind": "auth"}}', Refused(ClientError("auth"))),
    ],
)
def test_a_plain_answer_is_one_of_the_protocol(text: str, reply: object) -> None:
    """Whatever the status; in a stream it is the last event."""
    assert PLAIN.answer(500, text) == reply
    assert PLAIN.event(text) == reply


def test_a_plain_stream_is_made_of_deltas_and_must_end_with_an_answer() -> None:
    """Else the application cut it."""
    assert PLAIN.event('{"delta": "Ha"}') == "Ha"

    cut = PLAIN.end("Ha")
    assert isinstance(cut, Refused)
    assert (cut.error.kind, cut.error.code, cut.error.partial) == (
        *("internal", "no_final_event", "Ha"),
    )


@pytest.mark.parametrize("text", ["<html>", "[1]", '{"text": "hi"}', ""])
def test_an_answer_without_an_answer_in_it_is_internal(text: str) -> None:
    """With the status and the beginning of what was said instead."""
    for dialect in (PLAIN, MAPPED):
        reply = dialect.answer(500, text)

        assert isinstance(reply, Refused)
        assert (reply.error.kind, reply.error.code) == ("internal", "http_500")
        assert text[:5] in reply.error.message


@pytest.mark.parametrize("text", ['{"ok": {"txet": "hi"}}', '{"error": {"kind": "oops"}}'])
def test_an_answer_that_breaks_the_protocol_is_broken(text: str) -> None:
    """The application's bug, and none of its client's."""
    assert isinstance(PLAIN.event(text), Broken)
    assert isinstance(PLAIN.answer(200, text), Broken)


@pytest.mark.parametrize("text", ["[DONE]", '"x"', '{"note": 1}'])
def test_a_plain_event_has_a_meaning(text: str) -> None:
    """Anything else is broken."""
    assert isinstance(PLAIN.event(text), Broken)


def test_a_mapping_says_only_what_it_has_a_place_for() -> None:
    """A field that would be dropped in silence is refused instead."""
    assert MAPPED.body({**ASK, "max_tokens": 5}, {}) == {"q": "Habari?", "limit": 5}
    for request, options in (({**ASK, "seed": 1}, {}), (ASK, {"deadline_s": 1})):
        with pytest.raises(CannotSay, match=r"no place for '(seed|deadline_s)'"):
            MAPPED.body(request, options)


def test_a_mapped_answer_is_read_from_its_places() -> None:
    """Text, vectors, or an error with a known or an unknown kind."""
    assert MAPPED.answer(200, '{"answer": "hi"}') == Answered(ClientAnswer(text="hi"))
    assert MAPPED.answer(200, '{"items": [[1]]}') == Answered(ClientAnswer(vectors=([1],)))
    assert MAPPED.answer(200, '{"problem": {"text": "no", "kind": "auth"}}') == Refused(
        ClientError("auth", "no")
    )
    assert MAPPED.answer(200, '{"problem": {"text": "no", "kind": "E17"}}') == Refused(
        ClientError("internal", "no", code="E17")
    )
    assert isinstance(MAPPED.answer(503, '{"answer": "hi"}'), Refused)


def test_a_mapped_stream_ends_with_its_end() -> None:
    """Unless an event holds an error; markers and events without text mean nothing."""
    assert MAPPED.event('{"piece": "Ha"}') == "Ha"
    assert MAPPED.event("[DONE]") is None
    assert MAPPED.event('{"id": 1}') is None
    assert isinstance(MAPPED.event('{"problem": {"text": "no"}}'), Refused)
    assert MAPPED.end("Habari") == Answered(ClientAnswer(text="Habari"))


def test_plain_text_is_an_answer_where_the_mapping_says_so() -> None:
    """An empty place is the whole answer."""
    dialect = MappedDialect(Route(path="/", body="{prompt}", text="", delta=""))

    assert dialect.answer(200, "Habari") == Answered(ClientAnswer(text="Habari"))
    assert dialect.event("Ha") == "Ha"
