"""A chat answer as a stream of Pawa's chunks (pawa-api.md section 3.2).

A chunk is a frame of fixed bytes with the content between, and the chunks of the mock's own words
are made once: composing a stream is looking its words up.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from mockserver.answer import Event, EventKind, EventStream
from mockserver.api import envelope
from mockserver.replies.phrases import VOCABULARY
from mockserver.replies.text import split_text
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from mockserver.replies.text import Composition
    from mockserver.settings import StreamSettings

DONE = b"[DONE]"

_CONTENT = "\0content\0"


def stream_of(
    written: Composition, *, model: str, usage: dict[str, int] | None, settings: StreamSettings
) -> tuple[EventStream, tuple[int, ...]]:
    """The stream of an answer, and how many tokens each of its chunks holds.

    The pieces join to exactly the text of the JSON reply; each tool call is a chunk of its own,
    whole. The final chunk and the marker follow the last piece without a pause.
    """
    press = _press(settings.shape, model, settings.interval_s)
    pieces = split_text(written.text, chunk_words=settings.chunk_words, chunks=settings.chunks)
    events, tokens = press.text(pieces)
    for index, call in enumerate(written.calls):
        message: dict[str, object] = {
            "content": "",
            "tool_calls": [{"index": index, **call.as_json()}],
        }
        events.append(Event(press.chunk(message), delay_s=settings.interval_s))
        tokens.append(call.tokens)
    if settings.final_chunk:
        last = press.chunk({"content": ""}, finish=written.finish_reason, usage=usage)
        events.append(Event(last))
        tokens.append(0)
    if events and settings.first_token_s != events[0].delay_s:
        events[0] = Event(events[0].data, delay_s=settings.first_token_s)
    if settings.marker:
        events.append(Event(DONE, EventKind.MARKER))
    return EventStream(tuple(events), style=settings.style), tuple(tokens)


class _Press:
    """Makes chunks of one shape, for one model, at one pace."""

    def __init__(self, shape: str, model: str, interval_s: float) -> None:
        self._shape, self._model, self._interval_s = shape, model, interval_s
        frame = self.chunk({"content": _CONTENT}).split(orjson.dumps(_CONTENT))
        self._head, self._tail = frame
        self._known: dict[str, Event] = {}

    def text(self, pieces: tuple[str, ...]) -> tuple[list[Event], list[int]]:
        """A chunk for each piece of a text, and the tokens of each."""
        events: list[Event] = []
        tokens: list[int] = []
        for piece in pieces:
            event = self._known.get(piece)
            if event is None:
                events.append(self._make(piece))
                tokens.append(count_tokens(piece))
            else:
                events.append(event)
                tokens.append(1)
        return events, tokens

    def _make(self, piece: str) -> Event:
        data = b"".join((self._head, orjson.dumps(piece), self._tail))
        event = Event(data, delay_s=self._interval_s)
        if piece.removeprefix(" ") in VOCABULARY:
            self._known[piece] = event
        return event

    def chunk(
        self,
        message: dict[str, object],
        *,
        finish: str | None = None,
        usage: dict[str, int] | None = None,
    ) -> bytes:
        """One chunk: the documented shape, or the ``data.request`` one of the staging samples."""
        message = {"role": "assistant", **message}
        data: dict[str, object]
        if self._shape == "request":
            choice = {"finish_reason": finish, "message": message}
            data = {"request": [choice], "model": self._model}
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
        written = orjson.dumps({"success": True, "message": envelope.CHUNK_OK, "data": data})
        # orjson's bytes keep the kilobytes they were written into; a stream may wait for long.
        return bytes(memoryview(written))


@lru_cache(maxsize=64)
def _press(shape: str, model: str, interval_s: float) -> _Press:
    return _Press(shape, model, interval_s)
