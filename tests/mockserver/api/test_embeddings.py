"""`POST /vectors/embedding`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.replies.vectors import vector_of
from mockserver.settings import EmbeddingSettings, LatencySettings, ReplySettings

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

PATH = "/v1/vectors/embedding"
MODEL = "pawa-embeddings-v1-20241001"


def request(*sentences: object, **fields: object) -> dict[str, object]:
    return {"model": MODEL, "lang": "multi", "sentences": list(sentences), **fields}


def test_each_sentence_has_its_vector_in_order(ask: Asker) -> None:
    """The vector of a sentence can be told from all others."""
    body = ask.json(PATH, request("moja", "mbili", "moja"))

    assert body["message"] == "Embeddings created successfully"
    assert body["data"]["embeddings"] == [
        list(vector_of(sentence, MODEL)) for sentence in ("moja", "mbili", "moja")
    ]


def test_usage_counts_what_was_read(ask: Asker) -> None:
    """Words in, nothing out; absent when switched off."""
    reply = ask.reply(PATH, request("one two", "three"))
    silent = ask.json(PATH, request("one"), replies=ReplySettings(usage=False))

    assert (reply.items, reply.tokens_in, reply.tokens_out) == (2, 3, 0)
    assert ask.json(PATH, request("one two", "three"))["data"]["usage"] == {
        "tokens_in": 3,
        "tokens_out": 0,
    }
    assert "usage" not in silent["data"]


def test_the_dimension_is_a_setting(ask: Asker) -> None:
    """64 by default, and any other on request."""
    body = ask.json(PATH, request("a"), embeddings=EmbeddingSettings(dimension=3))

    assert len(body["data"]["embeddings"][0]) == 3


def test_latency_is_told_to_the_server(ask: Asker) -> None:
    """The silence before the head that the settings ask for."""
    assert ask.reply(PATH, request("a"), latency=LatencySettings(answer_s=0.5)).latency_s == 0.5


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "body must be a JSON object"),
        (b"{", "body must be a JSON object"),
        ({"sentences": ["a"]}, "model is required"),
        (
            {"model": "nope", "sentences": ["a"]},
            f"model 'nope' is unknown here; this endpoint has {MODEL}, pawa-embedding-v1-20240701",
        ),
        ({"model": MODEL}, "sentences is required"),
        ({"model": MODEL, "sentences": "a"}, "sentences must be an array of strings"),
        (request(), "sentences must not be empty"),
        (request("a", 1), "sentences[1] must be a string"),
        (request("a", ""), "sentences[1] must not be empty"),
        (request("a", lang=3), "lang must be a string"),
    ],
)
def test_a_bad_request_is_refused(ask: Asker, body: object, message: str) -> None:
    """400 names the field."""
    assert ask.refusal(PATH, body) == message


def test_the_number_of_sentences_can_be_limited(ask: Asker) -> None:
    """No limit unless told."""
    limited = EmbeddingSettings(max_items=2)

    assert (
        ask.refusal(PATH, request("a", "b", "c"), embeddings=limited)
        == "sentences must have at most 2 items, and has 3"
    )
    assert ask.reply(PATH, request(*["a"] * 500)).items == 500


def test_unknown_fields_can_be_refused(ask: Asker) -> None:
    """Ignored unless told."""
    message = ask.refusal(PATH, request("a", dims=3), api={"unknown_fields": "refuse"})

    assert message == "dims is not a field of this request"
    assert ask.reply(PATH, request("a", dims=3)).items == 1
