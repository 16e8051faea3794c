"""A text as a stream of chunks."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import EventKind, StreamStyle
from mockserver.api.chunks import stream_of
from mockserver.replies.calls import ToolCall, compose_calls
from mockserver.replies.text import Composition, compose
from mockserver.replies.tokens import count_tokens
from mockserver.settings import StreamSettings

USAGE = {"tokens_in": 3, "tokens_out": 4}
TEXT = Composition("Habari za asubuhi rafiki.", "stop", 106, 4)


def test_a_chunk_has_the_documented_shape() -> None:
    """Every field of the documented chunk, and no other."""
    stream, _ = stream_of(TEXT, model="m", usage=USAGE, settings=StreamSettings())

    assert orjson.loads(stream.events[0].data) == {
        "success": True,
        "message": "Chunk completions generated successfully",
        "data": {
            "id": None,
            "conversationId": None,
            "feedback": None,
            "message": {"role": "assistant", "content": "Habari"},
            "status": None,
            "createdAt": None,
            "updatedAt": None,
        },
    }


def test_the_final_chunk_says_why_it_ends_and_what_was_used() -> None:
    """Empty content, finish_reason and usage."""
    stream, tokens = stream_of(TEXT, model="m", usage=USAGE, settings=StreamSettings())
    last = orjson.loads(stream.events[-1].data)["data"]

    assert last["message"]["content"] == ""
    assert last["finish_reason"] == "stop"
    assert last["usage"] == USAGE
    assert tokens == (1, 1, 1, 1, 0)


def test_final_chunk_and_marker_are_switches() -> None:
    """Without either, the stream is content alone; the marker comes last."""
    bare, tokens = stream_of(
        TEXT, model="m", usage=USAGE, settings=StreamSettings(final_chunk=False)
    )
    marked, _ = stream_of(TEXT, model="m", usage=USAGE, settings=StreamSettings(marker=True))

    assert len(bare.events) == len(tokens) == 4
    assert (marked.events[-1].kind, marked.events[-1].data) == (EventKind.MARKER, b"[DONE]")
    assert all(event.kind is EventKind.CHUNK for event in marked.events[:-1])


def test_the_second_shape_holds_the_text_where_the_staging_samples_read_it() -> None:
    """`data.request[0].message.content` and `.finish_reason`."""
    stream, _ = stream_of(TEXT, model="m", usage=USAGE, settings=StreamSettings(shape="request"))
    chunks = [orjson.loads(event.data)["data"] for event in stream.events]

    assert "".join(c["request"][0]["message"]["content"] for c in chunks) == TEXT.text
    assert [c["request"][0]["finish_reason"] for c in chunks] == [None] * 4 + ["stop"]


def test_pauses_stand_before_the_chunks_they_delay() -> None:
    """The first token waits, each further one keeps the pace, the end follows at once."""
    settings = StreamSettings(first_token_s=0.5, interval_s=0.1, marker=True)

    stream, _ = stream_of(TEXT, model="m", usage=None, settings=settings)

    assert [event.delay_s for event in stream.events] == [0.5, 0.1, 0.1, 0.1, 0.0, 0.0]


def test_the_style_is_told_to_the_framing() -> None:
    """The events hold no framing themselves."""
    stream, _ = stream_of(
        TEXT, model="m", usage=None, settings=StreamSettings(style=StreamStyle.SSE)
    )

    assert stream.style is StreamStyle.SSE
    assert not stream.events[0].data.startswith(b"data:")


def test_words_said_before_are_chunked_as_at_first() -> None:
    """Chunks of the mock's own words are kept; each model, shape and pace has its own."""
    written = compose(b"seed", 12)

    def chunked(model: str, **settings: object) -> list[tuple[bytes, float]]:
        stream, tokens = stream_of(
            written, model=model, usage=None, settings=StreamSettings.model_validate(settings)
        )
        assert sum(tokens) == 12
        return [(event.data, event.delay_s) for event in stream.events]

    first = chunked("m", interval_s=0.5, first_token_s=2.0)
    fast = chunked("m")

    assert chunked("m", interval_s=0.5, first_token_s=2.0) == first
    assert [delay_s for _, delay_s in first] == [2.0] + [0.5] * 11 + [0.0]
    assert [data for data, _ in fast] == [data for data, _ in first]
    assert {delay_s for _, delay_s in fast} == {0.0}
    assert b'"model":"n"' in chunked("n", shape="request")[3][0]


def test_each_tool_call_is_one_chunk() -> None:
    """Whole, with its place among the calls; the final chunk says why it ends."""
    calls = (ToolCall("call_1", "pay", '{"a": 1}'), ToolCall("call_2", "pay", "{}"))

    stream, tokens = stream_of(
        compose_calls(calls, None), model="m", usage=USAGE, settings=StreamSettings()
    )
    chunks = [orjson.loads(event.data)["data"] for event in stream.events]

    assert [c["message"].get("tool_calls") for c in chunks] == [
        [{"index": 0, **calls[0].as_json()}],
        [{"index": 1, **calls[1].as_json()}],
        None,
    ]
    assert [c["message"]["content"] for c in chunks] == ["", "", ""]
    assert chunks[-1]["finish_reason"] == "tool_calls"
    assert tokens == (3, 2, 0)


@given(
    text=st.text(alphabet=st.sampled_from("ab \n\u00e9"), max_size=60),
    words=st.integers(1, 5),
    chunks=st.none() | st.integers(1, 12),
)
def test_the_chunks_join_to_the_text(text: str, words: int, chunks: int | None) -> None:
    """Whatever the cut, the pieces are the text, and their tokens its tokens."""
    stream, tokens = stream_of(
        Composition(text, "stop", None, count_tokens(text)),
        model="m",
        usage=None,
        settings=StreamSettings(chunk_words=words, chunks=chunks),
    )

    pieces = [orjson.loads(e.data)["data"]["message"]["content"] for e in stream.events]
    assert "".join(pieces) == text
    assert sum(tokens) == count_tokens(text)
    assert len(tokens) == len(stream.events)
    assert chunks is None or len(pieces) - 1 <= chunks
