"""What the chunks of a stream say: their shape, the finish reason, the usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.answer import Answer, Ending, Event, EventKind, EventStream
from mockserver.faults.stream_shape import ChunkShape, LengthFinish, NoFinishReason, NoUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.draws import Draws

WORDS = ("Habari ", "za ", "leo")
USAGE = {"tokens_in": 5, "tokens_out": 3}


def chunk(content: str, shape: str, finish: str | None = None, **more: object) -> Event:
    message = {"role": "assistant", "content": content}
    data: dict[str, object]
    if shape == "request":
        data = {"request": [{"finish_reason": finish, "message": message}]}
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
    return Event(orjson.dumps({"success": True, "data": data | more}))


def stream(shape: str) -> EventStream:
    """Three words, a final chunk and a marker."""
    return EventStream(
        (
            *(chunk(word, shape) for word in WORDS),
            chunk("", shape, "stop", usage=USAGE),
            Event(b"[DONE]", EventKind.MARKER),
        )
    )


def data_of(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(event.data)["data"]
    return found


SHAPES = pytest.mark.parametrize(
    ("shape", "other"), [("message", "request"), ("request", "message")]
)


@SHAPES
def test_chunks_change_over_to_the_other_shape(shape: str, other: str) -> None:
    """From the one after n on, final chunk included; there and back is where it was."""
    mixed = ChunkShape(after_chunks=2).shape_stream(stream(shape))

    assert mixed.events[:2] == stream(shape).events[:2]
    assert mixed.events[2:] == stream(other).events[2:]
    assert ChunkShape().shape_stream(ChunkShape().shape_stream(stream(shape))) == stream(shape)


def test_chunks_of_no_known_shape_stay(make_stream: Callable[..., EventStream]) -> None:
    """And so does a stream that ends before."""
    odd = make_stream(3)

    assert ChunkShape().shape_stream(odd) is odd
    assert LengthFinish(after_chunks=1).shape_stream(odd) is odd
    whole = stream("message")
    assert ChunkShape(after_chunks=4).shape_stream(whole) is whole


@SHAPES
def test_a_stream_is_cut_for_length(shape: str, other: str) -> None:
    """A final chunk with the reason and a true count, the marker, and an ordinary end."""
    cut = LengthFinish(after_chunks=2).shape_stream(stream(shape))

    assert cut.events[:2] == stream(shape).events[:2]
    usage = {"tokens_in": 5, "tokens_out": 2}
    assert cut.events[2] == chunk("", shape, "length", usage=usage)
    assert cut.events[3].kind is EventKind.MARKER
    assert (len(cut.events), cut.ending) == (4, Ending.COMPLETE)


def test_behind_its_last_chunk_a_stream_is_not_cut() -> None:
    """It has come to an end of its own."""
    whole = stream("message")

    assert LengthFinish(after_chunks=4).shape_stream(whole) is whole
    assert LengthFinish(after_chunks=5).shape_stream(whole) is whole


@pytest.mark.parametrize(("fault", "field"), [(NoFinishReason(), b"finish"), (NoUsage(), b"usage")])
@SHAPES
def test_a_field_is_nowhere(
    fault: NoFinishReason | NoUsage, field: bytes, shape: str, other: str, draws: Draws
) -> None:
    """In no chunk, and in no JSON body; a reply that has none stays."""
    streamed = fault.shape_answer(Answer(200, body=stream(shape)), draws).body
    body = fault.shape_answer(Answer(200, body=stream(shape).events[3].data), draws)

    assert isinstance(streamed, EventStream)
    assert not any(field in event.data for event in streamed.events)
    assert isinstance(body.body, bytes)
    assert field not in body.body
    assert fault.shape_answer(body, draws) is body
