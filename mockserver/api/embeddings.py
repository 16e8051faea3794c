"""``POST /vectors/embedding``: one vector for each sentence, in order (pawa-api.md section 3.7)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import (
    BadRequest,
    Body,
    check_known,
    check_model,
    optional_text,
    read_object,
    required_text,
)
from mockserver.api.models import embedding_models
from mockserver.api.work import Moment, Reply, Work
from mockserver.replies.tokens import count_tokens
from mockserver.replies.vectors import vector_of

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.settings import SandboxSettings

FIELDS = frozenset({"model", "lang", "sentences"})


def read_embeddings(call: ApiCall) -> Work:
    """Check the request; raises BadRequest."""
    settings = call.settings
    body = read_object(call.facts.body_json)
    if settings.api.unknown_fields == "refuse":
        check_known(body, FIELDS)
    model = required_text(body, "model")
    check_model(model, embedding_models(settings.api))
    optional_text(body, "lang")
    sentences = _read_sentences(body, settings.embeddings.max_items)
    tokens_in = sum(count_tokens(sentence) for sentence in sentences)
    return Work(
        endpoint="embeddings",
        model=model,
        items=len(sentences),
        tokens_in=tokens_in,
        tokens_out_ceiling=0,
        max_tokens=None,
        stream=False,
        make=partial(_make_reply, model, sentences, tokens_in, settings),
    )


ENDPOINTS = (Endpoint("embeddings", "POST", "/vectors/embedding", read_embeddings),)


def _read_sentences(body: Body, max_items: int | None) -> tuple[str, ...]:
    value = body.get("sentences")
    if value is None:
        raise BadRequest("sentences is required")
    if not isinstance(value, list):
        raise BadRequest("sentences must be an array of strings")
    if not value:
        raise BadRequest("sentences must not be empty")
    if max_items is not None and len(value) > max_items:
        raise BadRequest(f"sentences must have at most {max_items} items, and has {len(value)}")
    for index, sentence in enumerate(value):
        if not isinstance(sentence, str):
            raise BadRequest(f"sentences[{index}] must be a string")
        if not sentence:
            raise BadRequest(f"sentences[{index}] must not be empty")
    return tuple(value)


def _make_reply(
    model: str, sentences: tuple[str, ...], tokens_in: int, settings: SandboxSettings, _: Moment
) -> Reply:
    dimension = settings.embeddings.dimension
    data: dict[str, object] = {
        "embeddings": [vector_of(sentence, model, dimension) for sentence in sentences]
    }
    if settings.replies.usage:
        data["usage"] = {"tokens_in": tokens_in, "tokens_out": 0}
    return Reply(
        envelope.success(envelope.EMBEDDINGS_OK, data),
        model=model,
        items=len(sentences),
        tokens_in=tokens_in,
        tokens_out=0,
        latency_s=settings.latency.answer_s,
    )
