"""A chat text as a stream of Pawa's chunks (pawa-api.md section 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from mockserver.answer import Event, EventKind, EventStream
from mockserver.api import envelope
from mockserver.replies.text import split_text
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from mockserver.replies.text import Composition
    from mockserver.settings import StreamSettings

DONE = b"[DONE]"


def stream_of(
    written: Composition, *, model: str, usage: dict[str, int] | None, settings: StreamSettings
) -> tuple[EventStream, tuple[int, ...]]:
    """The stream of a text, and how many tokens each of its chunks holds.

    The pieces join to exactly the text of the JSON reply. The final chunk and the marker follow
    the last piece without a pause.
    """
    pieces = split_text(written.text, chunk_words=settings.chunk_words, chunks=settings.chunks)
    events = [
        Event(
            _chunk(piece, model=model, shape=settings.shape),
            delay_s=settings.interval_s if index else settings.first_token_s,
        )
        for index, piece in enumerate(pieces)
    ]
    tokens = [count_tokens(piece) for piece in pieces]
    if settings.final_chunk:
        last = _chunk(
            "", model=model, shape=settings.shape, finish=written.finish_reason, usage=usage
        )
        events.append(Event(last, delay_s=0.0 if events else settings.first_token_s))
        tokens.append(0)
    if settings.marker:
        events.append(Event(DONE, EventKind.MARKER))
    return EventStream(tuple(events), style=settings.style), tuple(tokens)


def _chunk(
    content: str,
    *,
    model: str,
    shape: str,
    finish: str | None = None,
    usage: dict[str, int] | None = None,
) -> bytes:
    """One chunk: the documented shape, or the ``data.request`` one of the staging samples."""
    message = {"role": "assistant", "content": content}
    data: dict[str, object]
    if shape == "request":
        data = {"request": [{"finish_reason": finish, "message": message}], "model": model}
    else:
        data = {
            "id": None,
            "conversationId": None,
            "feedback": None,
            "message": message,
            "status": None,
            "createdAt": None,
            "updatedAt": None,
        }
        if finish is not None:
            data["finish_reason"] = finish
    if usage is not None:
        data["usage"] = usage
    return orjson.dumps({"success": True, "message": envelope.CHUNK_OK, "data": data})
