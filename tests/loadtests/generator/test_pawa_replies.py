"""What Pawa's answers say, in the protocol's words."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from loadtests.generator.pawa_replies import StreamReading, chat, failed, refused, vectors
from scenarios.clients.protocol import Usage
from scenarios.clients.replies import Answered, Refused

MESSAGE = {"role": "assistant", "content": "Habari"}
USAGE = {"tokens_in": 3, "tokens_out": 5}


def body(data: Any, **more: Any) -> bytes:
    return orjson.dumps({"success": True, "message": "fine", "data": data, **more})


def chunk(text: str = "", **data: Any) -> str:
    return body({"message": {"content": text}, **data}).decode()


def test_a_chat_answer_gives_text_usage_and_id() -> None:
    """One attempt was made for it."""
    reply = chat(200, body({"request": [{"message": MESSAGE}], "usage": USAGE}), "req-1")

    assert isinstance(reply, Answered)
    assert (reply.value.text, reply.value.usage) == ("Habari", Usage(3, 5))
    assert (reply.value.request_id, reply.value.attempts) == ("req-1", 1)


@pytest.mark.parametrize(
    "sent",
    [b"", b"not json", b"[]", body(None), body({"request": []}), body({"request": [{}]})],
)
def test_an_answer_without_a_message_is_none(sent: bytes) -> None:
    """Whatever its status says."""
    reply = chat(200, sent, "req-1")

    assert isinstance(reply, Refused)
    assert (reply.error.kind, reply.error.status) == ("bad_response", 200)


def test_an_answer_that_says_that_it_failed_is_an_error() -> None:
    """Under a 200 the words alone tell."""
    reply = chat(200, b'{"success":false,"message":"the model is overloaded","data":null}', None)

    assert isinstance(reply, Refused)
    assert (reply.error.kind, reply.error.message) == ("overloaded", "the model is overloaded")


@pytest.mark.parametrize(
    ("sent", "message", "code"),
    [
        (b'{"success":false,"message":"slow down"}', "slow down", None),
        (b'{"error":{"code":"rate","message":"slow down"}}', "slow down", "rate"),
        (b'{"detail":[{"loc":["body"],"msg":"short"}]}', '[{"loc":["body"],"msg":"short"}]', None),
        (b"<h1>Oops</h1>", "<h1>Oops</h1>", None),
        (b"", "the server answered 429", None),
    ],
)
def test_a_complaint_is_read_wherever_it_stands(
    sent: bytes, message: str, code: str | None
) -> None:
    """Pawa's error bodies are not documented."""
    reply = refused(429, sent, "req-1")

    assert (reply.error.kind, reply.error.status) == ("rate_limited", 429)
    assert (reply.error.message, reply.error.code) == (message, code)
    assert (reply.error.request_id, reply.error.attempts) == ("req-1", 1)


@pytest.mark.parametrize(
    "data",
    [
        {"embeddings": [[0.5], {"error": "no"}], "usage": USAGE},
        {"data": [{"embedding": [0.5]}, {"error": "no"}], "usage": USAGE},
    ],
)
def test_vectors_are_given_one_for_each_sentence(data: dict[str, Any]) -> None:
    """In both shapes; what failed stays an object."""
    reply = vectors(200, body(data), 2, None)

    assert isinstance(reply, Answered)
    assert reply.value.vectors == ([0.5], {"error": "no"})
    assert reply.value.usage == Usage(3, 5)


@pytest.mark.parametrize("data", [None, [], {"embeddings": [[0.5]]}, {"embeddings": "x"}])
def test_another_number_of_vectors_is_no_answer(data: Any) -> None:
    """They could not be told apart."""
    reply = vectors(200, body(data), 2, None)

    assert isinstance(reply, Refused)
    assert reply.error.kind == "bad_response"


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk("Ha"), chunk("bari"), chunk(finish_reason="stop", usage=USAGE)],
        [chunk("Ha"), chunk("bari", usage=USAGE), "[DONE]"],
        [
            body({"request": [{"message": {"content": "Ha"}}]}).decode(),
            body({"request": [{"message": {"content": "bari"}, "finish_reason": "stop"}]}).decode(),
            chunk(usage=USAGE),
        ],
    ],
)
def test_a_stream_is_whole_with_a_finish_reason_or_the_marker(chunks: list[str]) -> None:
    """In both shapes of a chunk."""
    reading = StreamReading("req-1")

    assert "".join(reading.take(one) for one in chunks) == "Habari"

    reply = reading.ended or reading.end()
    assert isinstance(reply, Answered)
    assert (reply.value.usage, reply.value.request_id) == (Usage(3, 5), "req-1")


def test_the_mere_end_of_a_stream_proves_nothing() -> None:
    """It may have been cut."""
    reading = StreamReading(None)
    reading.take(chunk("Ha"))

    reply = reading.end()

    assert isinstance(reply, Refused)
    assert reply.error.kind == "stream_interrupted"


def test_an_error_in_a_stream_ends_it() -> None:
    """It is never text."""
    reading = StreamReading(None)
    reading.take(chunk("Ha"))

    assert reading.take('{"success":false,"message":"invalid request"}') == ""

    assert isinstance(reading.ended, Refused)
    assert reading.ended.error.kind == "invalid_request"


def test_a_stream_that_breaks_off_after_its_first_text_was_interrupted() -> None:
    """Before it, it is what broke it off."""
    silent, begun = StreamReading(None), StreamReading(None)
    begun.take(chunk("Ha"))

    assert silent.broken("timeout", "silence").error.kind == "timeout"
    assert begun.broken("timeout", "silence").error.kind == "stream_interrupted"


def test_an_attempt_without_an_answer_is_one_attempt() -> None:
    """It was made, after all."""
    assert failed("connection", "refused").error.attempts == 1
