"""Requests as bytes. They are made once for a target, and every attempt sends the same ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scenarios.reference.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHAT_PATH = "/chat/request"
EMBEDDING_PATH = "/vectors/embedding"


def encode(body: Mapping[str, Any], *, sort_keys: bool = False) -> bytes:
    """Compact UTF-8 JSON; raises InvalidRequestError for what JSON cannot say (NaN, bytes, …)."""
    try:
        text = json.dumps(
            dict(body),
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            sort_keys=sort_keys,
        )
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        reason = (
            f"{type(error).__name__}: {error}" if type(error) is TypeError else "see its values"
        )
    raise InvalidRequestError(f"the request cannot be written as JSON ({reason})")


def chat_body(request: Mapping[str, Any], model: str, *, stream: bool) -> dict[str, Any]:
    """The caller's request, whole and unchanged, with the default model where it names none."""
    if not request.get("messages"):
        raise InvalidRequestError("the request has no messages")
    body = {"model": model, **request}
    return {**body, "stream": True} if stream else body


def embedding_body(sentences: Sequence[str], model: str, lang: str) -> dict[str, Any]:
    """A request for one vector for each sentence."""
    return {"model": model, "lang": lang, "sentences": list(sentences)}
