"""Pawa's envelope and its documented messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.api import envelope

if TYPE_CHECKING:
    from mockserver.answer import Answer


def parsed(answer: Answer) -> dict[str, object]:
    assert isinstance(answer.body, bytes)
    body: dict[str, object] = orjson.loads(answer.body)
    return body


def test_success_wraps_the_data() -> None:
    """A success is 200 with the three fields of the envelope."""
    answer = envelope.success(envelope.CHAT_OK, {"a": 1})

    assert answer.status == 200
    assert answer.headers == (("Content-Type", "application/json"),)
    assert parsed(answer) == {
        "success": True,
        "message": "Chat request processed successfully",
        "data": {"a": 1},
    }


def test_the_documented_messages_are_spelled_as_documented() -> None:
    """The messages of pawa-api.md section 2, letter by letter."""
    assert envelope.CHUNK_OK == "Chunk completions generated successfully"
    assert envelope.EMBEDDINGS_OK == "Embeddings created successfully"
    assert envelope.MODELS_OK == "Models fetched successfully"


def test_a_missing_key_is_challenged() -> None:
    """401 says `Unauthorized access` and names the scheme."""
    answer = envelope.unauthorized()

    assert answer.status == 401
    assert ("WWW-Authenticate", "Bearer") in answer.headers
    assert parsed(answer)["message"] == "Unauthorized access"


@pytest.mark.parametrize("status", [400, 402, 403, 404, 418, 429, 500, 503, 599])
def test_a_failure_needs_no_message_of_its_own(status: int) -> None:
    """Every status has a message, known or not."""
    body = parsed(envelope.failure(status))

    assert body["success"] is False
    assert body["message"]
    assert body["data"] is None


def test_a_wrong_method_is_told_the_right_ones() -> None:
    """405 carries Allow."""
    answer = envelope.method_not_allowed("PUT", ("GET", "POST"))

    assert (answer.status, dict(answer.headers)["Allow"]) == (405, "GET, POST")


def test_too_large_names_the_limit() -> None:
    """413 says how large a body may be."""
    answer = envelope.too_large(1000)

    assert answer.status == 413
    assert "1000 bytes" in str(parsed(answer)["message"])


def test_an_unknown_path_is_named() -> None:
    """404 repeats the path."""
    assert parsed(envelope.not_found("/v1/nowhere"))["message"] == "Not found: /v1/nowhere"


def test_a_request_id_is_added_once() -> None:
    """An answer that has a request id keeps it."""
    answer = envelope.with_request_id(envelope.failure(500), "req-1")

    assert ("X-Request-Id", "req-1") in answer.headers
    assert envelope.with_request_id(answer, "req-2") is answer
