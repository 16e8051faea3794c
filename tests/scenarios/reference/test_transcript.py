"""What a stream has said, and whether that is all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scenarios.reference.classify import Classifier
from scenarios.reference.errors import BadResponseError, OverloadedError, StreamInterruptedError
from scenarios.reference.events import StreamEvent
from scenarios.reference.transcript import Transcript
from tests.scenarios.reference.rawserver import chunk_of, final_chunk


def event(payload: bytes | dict[str, Any]) -> StreamEvent:
    text = payload.decode() if isinstance(payload, bytes) else json.dumps(payload)
    return StreamEvent(text)


def make_transcript(*payloads: bytes | dict[str, Any]) -> Transcript:
    transcript = Transcript(Classifier(), "m")
    for payload in payloads:
        transcript.take(event(payload))
    return transcript


def tool_part(**call: Any) -> dict[str, Any]:
    return {"success": True, "data": {"message": {"content": None, "tool_calls": [call]}}}


def test_text_adds_up() -> None:
    """Each chunk gives its own text; the answer has all of it."""
    transcript = make_transcript()

    assert transcript.take(event(chunk_of("Haba"))) == "Haba"
    assert transcript.take(event(chunk_of("ri"))) == "ri"
    assert transcript.take(event(final_chunk("length"))) == ""
    answer = transcript.answer("r1")
    assert (answer.text, answer.finish_reason, answer.model) == ("Habari", "length", "m")
    assert answer.request_id == "r1"


def test_whole_or_not() -> None:
    """A finish reason or the marker makes a stream whole; nothing else does."""
    make_transcript(final_chunk()).require_whole()
    marked = make_transcript(b"[DONE]")
    marked.require_whole()
    assert marked.closed
    with pytest.raises(StreamInterruptedError):
        make_transcript(chunk_of("Haba")).require_whole()


@pytest.mark.parametrize(
    "payload",
    [
        b'{"success":false,"message":"The model is overloaded"}',
        b'{"error":{"type":"overloaded_error","message":"busy"}}',
    ],
)
def test_errors(payload: bytes) -> None:
    """An error chunk raises its typed error."""
    with pytest.raises(OverloadedError):
        make_transcript(payload)


def test_garbage() -> None:
    """A payload that is no JSON raises, and is not quoted."""
    with pytest.raises(BadResponseError, match="not JSON") as caught:
        make_transcript(b"{oops")

    assert "oops" not in str(caught.value)


def test_tool_calls() -> None:
    """Fragments of tool calls are joined by their index, interleaved or not."""
    transcript = make_transcript(
        tool_part(index=0, id="a", function={"name": "f", "arguments": '{"x"'}),
        tool_part(index=1, id="b", function={"name": "g", "arguments": "{"}),
        tool_part(index=0, function={"arguments": ": 1}"}),
        tool_part(index=1, function={"arguments": "}"}),
        tool_part(id="c", function={"name": "h", "arguments": {"y": 2}}),
        final_chunk("tool_calls"),
    )

    functions = [call["function"] for call in transcript.answer(None).tool_calls]
    assert functions == [
        {"name": "f", "arguments": '{"x": 1}'},
        {"name": "g", "arguments": "{}"},
        {"name": "h", "arguments": {"y": 2}},
    ]
