"""Requests as bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenarios.reference.errors import InvalidRequestError
from scenarios.reference.requests import chat_body, embedding_body, encode
from tests.scenarios.reference.makers import REQUEST


def test_compact_utf8() -> None:
    """Bodies are compact and unescaped, in the caller's order unless sorted."""
    body = {"b": "€豆腐", "a": [1, 1.0, True, None]}

    assert encode(body) == '{"b":"€豆腐","a":[1,1.0,true,null]}'.encode()
    assert encode(body, sort_keys=True).startswith(b'{"a":')


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), b"bytes", {1, 2}, object(), "\ud800"]
)
def test_no_json(value: Any) -> None:
    """What JSON cannot say is refused, and not sent as something else."""
    with pytest.raises(InvalidRequestError, match="cannot be written as JSON"):
        encode({"x": value})


def test_bottomless_values() -> None:
    """A value that holds itself is refused."""
    value: list[Any] = []
    value.append(value)

    with pytest.raises(InvalidRequestError):
        encode({"x": value})


def test_chat_body() -> None:
    """The caller's fields win over defaults; a stream is asked for only where it is wanted."""
    assert chat_body(REQUEST, "m", stream=False) == {"model": "m", **REQUEST}
    assert chat_body({**REQUEST, "model": "n"}, "m", stream=False)["model"] == "n"
    assert chat_body({**REQUEST, "stream": False}, "m", stream=True)["stream"] is True


def test_embedding_body() -> None:
    """An embedding request names model, language and sentences."""
    body = json.loads(encode(embedding_body(("a", "b"), "m", "multi")))

    assert body == {"model": "m", "lang": "multi", "sentences": ["a", "b"]}
