"""Faults in what the chunks of a stream say: their shape, the finish reason, the usage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import orjson
from pydantic import Field

from mockserver.answer import Ending, Event, EventKind
from mockserver.faults.base import Count, Fault
from mockserver.faults.documents import with_documents
from mockserver.faults.script import chunk_places, place_after
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from mockserver.answer import Answer, EventStream
    from mockserver.draws import Draws

FINISH = "finish_reason"
USAGE = "usage"


class ChunkShape(Fault):
    """The stream changes over to the other shape of a chunk (pawa-api.md section 3.2)."""

    summary: ClassVar[str] = "Stream: after n chunks, chunks of the other documented shape."
    example: ClassVar[dict[str, Any]] = {"kind": "chunk_shape", "after_chunks": 2}

    kind: Literal["chunk_shape"] = "chunk_shape"
    after_chunks: Count = Field(default=0, description="chunks that come in their own shape")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Say what each chunk says in the other shape; one that has neither shape stays."""
        chosen = set(chunk_places(stream)[self.after_chunks :])
        events = tuple(
            _other_shape(event) if at in chosen else event for at, event in enumerate(stream.events)
        )
        return stream if events == stream.events else replace(stream, events=events)


class LengthFinish(Fault):
    """The model stops in the middle, as one that has run out of tokens."""

    summary: ClassVar[str] = 'Stream: n chunks, then a final one with `finish_reason: "length"`.'
    example: ClassVar[dict[str, Any]] = {"kind": "length_finish", "after_chunks": 5}

    kind: Literal["length_finish"] = "length_finish"
    after_chunks: Count = Field(description="chunks that arrive before the final one")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Put a final chunk in place of what comes after n; the marker stays, if there is one."""
        places, place = chunk_places(stream), place_after(stream, self.after_chunks)
        # Behind its last chunk a stream has come to an end of its own.
        if place is None or self.after_chunks >= len(places):
            return stream
        final = _final_chunk(stream, self.after_chunks)
        if final is None:
            return stream
        marker = tuple(event for event in stream.events if event.kind is EventKind.MARKER)
        events = (*stream.events[:place], Event(final), *marker)
        return replace(stream, events=events, ending=Ending.COMPLETE)


class NoFinishReason(Fault):
    """Nobody says why the model stopped, or that it did."""

    summary: ClassVar[str] = "JSON and streams without any `finish_reason`."
    example: ClassVar[dict[str, Any]] = {"kind": "no_finish_reason"}

    kind: Literal["no_finish_reason"] = "no_finish_reason"

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Take it out wherever it stands; a reply without it stays."""
        return with_documents(answer, lambda document: _without(document, FINISH))


class NoUsage(Fault):
    """Nobody says what it cost."""

    summary: ClassVar[str] = "JSON and streams without `usage`."
    example: ClassVar[dict[str, Any]] = {"kind": "no_usage"}

    kind: Literal["no_usage"] = "no_usage"

    def shape_answer(self, answer: Answer, draws: Draws) -> Answer:  # noqa: ARG002 - no chance here
        """Take it out wherever it stands; a reply without it stays."""
        return with_documents(answer, lambda document: _without(document, USAGE))


def _without(document: Any, name: str) -> bool:
    """Take a field out of every table of a document; whether there was one."""
    if isinstance(document, list):
        return bool(sum(_without(item, name) for item in document))
    if not isinstance(document, dict):
        return False
    found = name in document
    document.pop(name, None)
    return bool(sum(_without(item, name) for item in document.values())) or found


def _final_chunk(stream: EventStream, chunks: int) -> bytes | None:
    """A final chunk after n: as the stream's own first chunk, but empty and cut for length.

    Usage, where the stream tells it, counts the text of the n chunks; None for chunks that are
    none of Pawa's.
    """
    places = chunk_places(stream)
    document = _data_of(stream.events[places[0]])
    if document is None:
        return None
    data = document["data"]
    if "request" in data:
        data["request"][0] |= {FINISH: "length", "message": {"role": "assistant", "content": ""}}
    else:
        data["message"]["content"] = ""
        data[FINISH] = "length"
    last = _data_of(stream.events[places[-1]])
    usage = None if last is None else last["data"].get(USAGE)
    if isinstance(usage, dict):
        text = "".join(_content(stream.events[place]) for place in places[:chunks])
        data[USAGE] = usage | {"tokens_out": count_tokens(text)}
    return orjson.dumps(document)


def _other_shape(event: Event) -> Event:
    document = _data_of(event)
    if document is None:
        return event
    data = document["data"]
    usage = {USAGE: data[USAGE]} if USAGE in data else {}
    if "request" in data:
        choice = data["request"][0]
        finish = choice.get(FINISH)
        other = {
            "id": None,
            "conversationId": None,
            "feedback": None,
            "message": choice["message"],
            "status": None,
            "createdAt": None,
            "updatedAt": None,
        }
        if finish is not None:
            other[FINISH] = finish
    else:
        other = {"request": [{FINISH: data.get(FINISH), "message": data["message"]}]}
    document["data"] = other | usage
    return replace(event, data=orjson.dumps(document))


def _content(event: Event) -> str:
    document = _data_of(event)
    if document is None:
        return ""
    data = document["data"]
    message = data["request"][0]["message"] if "request" in data else data["message"]
    return str(message.get("content") or "")


def _data_of(event: Event) -> dict[str, Any] | None:
    """The document of a chunk in one of the two shapes, None for anything else."""
    try:
        document = orjson.loads(event.data)
    except orjson.JSONDecodeError:
        return None
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        return None
    choices = data.get("request", [data])
    whole = isinstance(choices, list) and choices and isinstance(choices[0], dict)
    fits = whole and isinstance(choices[0].get("message"), dict)
    return document if fits else None
