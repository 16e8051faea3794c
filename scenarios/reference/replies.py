"""Bodies of successful answers into answers; whatever cannot be one is a typed error.

Shapes: pawa-api.md sections 2, 3.1, 3.2 and 3.7. Unknown fields are ignored; missing ones are
never made up.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.reference.answers import Usage, Vector
from scenarios.reference.complaint import Complaint, complaint_in
from scenarios.reference.errors import BadResponseError, PawaError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.reference.classify import Classifier


@dataclass(frozen=True, slots=True)
class ChatPart:
    """What a chat answer, or one chunk of it, holds. Absent things are empty or None."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None
    model: str | None = None
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    complaint: Complaint | None = None
    has_message: bool = False


def read_object(body: bytes | str) -> dict[str, Any]:
    """The JSON object in a body; raises BadResponseError."""
    try:
        text = body if isinstance(body, str) else body.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise BadResponseError("the body is not JSON") from None
    if not isinstance(value, dict):
        raise BadResponseError(
            f"the body is a JSON {type(value).__name__}, where an object belongs"
        )
    return value


def read_chat_part(value: Mapping[str, Any]) -> ChatPart:
    """What an envelope of a chat answer holds; both chunk shapes are understood."""
    if value.get("success") is False or value.get("error"):
        return ChatPart(complaint=complaint_in(dict(value)))
    data = value.get("data")
    if not isinstance(data, dict):
        return ChatPart()
    entry = _first_entry(data)
    message = entry.get("message")
    finish = entry.get("finish_reason") or data.get("finish_reason")
    model = data.get("model")
    return ChatPart(
        text=_text(message.get("content")) if isinstance(message, dict) else "",
        finish_reason=finish if isinstance(finish, str) else None,
        usage=_usage(data.get("usage") or value.get("usage")),
        model=model if isinstance(model, str) and model else None,
        tool_calls=_tool_calls(message),
        has_message=isinstance(message, dict),
    )


def read_vectors(
    value: Mapping[str, Any], expected: int, classifier: Classifier
) -> tuple[Vector | PawaError, ...]:
    """One vector or error for each of ``expected`` sentences, in their order.

    Entries with an ``index`` belong where it says. Without one, order is trusted only when the
    number is right. Missing, doubled and surplus results are errors of the items they touch; never
    does a vector move to another sentence.
    """
    data = value.get("data")
    entries = data.get("embeddings", data.get("data")) if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise BadResponseError("the answer holds no embeddings")
    if any(isinstance(entry, dict) and "index" in entry for entry in entries):
        return _by_index(entries, expected, classifier)
    if len(entries) != expected:
        raise BadResponseError(
            f"the answer holds {len(entries)} embeddings for {expected} sentences"
        )
    return tuple(read_item(entry, classifier) for entry in entries)


def _by_index(
    entries: Sequence[Any], expected: int, classifier: Classifier
) -> tuple[Vector | PawaError, ...]:
    found: dict[int, Vector | PawaError] = {}
    for entry in entries:
        index = entry.get("index") if isinstance(entry, dict) else None
        if type(index) is not int or not 0 <= index < expected:
            raise BadResponseError(
                f"an embedding has the index {index!r} among {expected} sentences"
            )
        twice = BadResponseError(f"the answer holds two embeddings for sentence {index}")
        found[index] = twice if index in found else read_item(entry, classifier)
    missing = BadResponseError("the answer holds no embedding for this sentence")
    return tuple(found.get(index, missing) for index in range(expected))


def read_item(entry: Any, classifier: Classifier) -> Vector | PawaError:
    """One entry: a bare vector, or an object with ``embedding`` or ``error``."""
    if isinstance(entry, dict):
        if entry.get("error"):
            complaint = complaint_in(entry)
            kind = classifier.for_words(complaint)
            return kind(complaint.message or "this sentence failed", code=complaint.code or None)
        entry = entry.get("embedding", entry.get("vector"))
    if not isinstance(entry, list) or not entry:
        return BadResponseError("the embedding of this sentence is no list of numbers")
    if not all(type(number) in (int, float) and math.isfinite(number) for number in entry):
        return BadResponseError("the embedding of this sentence holds something that is no number")
    return tuple(float(number) for number in entry)


def read_usage(value: Mapping[str, Any]) -> Usage | None:
    """The usage of an embedding answer."""
    data = value.get("data")
    inner = data.get("usage") if isinstance(data, dict) else None
    return _usage(inner or value.get("usage"))


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _first_entry(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """``data.request[0]`` where there is one, else ``data`` itself (the documented chunk)."""
    entries = data.get("request")
    if isinstance(entries, list):
        return entries[0] if entries and isinstance(entries[0], dict) else {}
    return data


def _text(content: Any) -> str:
    """Text of a message: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _tool_calls(message: Any) -> tuple[Mapping[str, Any], ...]:
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return tuple(call for call in calls if isinstance(call, dict)) if calls else ()


def _usage(value: Any) -> Usage | None:
    if not isinstance(value, dict):
        return None
    read = value.get("tokens_in", value.get("tokensIn"))
    written = value.get("tokens_out", value.get("tokensOut"))
    if type(read) is not int or type(written) is not int or read < 0 or written < 0:
        return None
    return Usage(read, written)
