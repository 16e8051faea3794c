"""Chunks that come twice, in another order, or not at all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Answer, Event, EventKind, EventStream
from mockserver.draws import Draws
from mockserver.faults.stream_order import DuplicateChunk, MissingChunk, ReorderChunks

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeStream = Callable[..., EventStream]

events = st.lists(
    st.builds(
        Event,
        st.binary(min_size=1, max_size=4),
        st.sampled_from([EventKind.CHUNK, EventKind.CHUNK, EventKind.COMMENT]),
        st.floats(0, 2),
    ),
    max_size=12,
).map(tuple)


def numbers(stream: EventStream) -> list[bytes]:
    return [event.data for event in stream.events]


def test_one_chunk_comes_again_at_once(make_stream: MakeStream) -> None:
    """Directly behind itself; where there is none after n, the stream stays."""
    stream = make_stream(3, marker=True)

    twice = DuplicateChunk(after_chunks=1, copies=2).shape_stream(stream)

    assert numbers(twice) == [b'{"n":0}', *[b'{"n":1}'] * 3, b'{"n":2}', b"[DONE]"]
    assert DuplicateChunk(after_chunks=3).shape_stream(stream) is stream


def test_chunks_are_lost(make_stream: MakeStream) -> None:
    """As many as there are; the marker is none."""
    stream = make_stream(3, marker=True)

    assert numbers(MissingChunk(after_chunks=1, count=9).shape_stream(stream)) == [
        b'{"n":0}',
        b"[DONE]",
    ]
    assert MissingChunk(after_chunks=3).shape_stream(stream) is stream


@given(events, st.integers(0, 5), st.integers(2, 6), st.sampled_from(["reversed", "shuffled"]))
def test_another_order_is_a_permutation_and_never_the_same(
    script: tuple[Event, ...], after: int, count: int, order: str
) -> None:
    """Nothing is lost or made, pauses and comments stay in their places, and something moves."""
    answer = Answer(200, body=EventStream(script))
    fault = ReorderChunks.model_validate({"after_chunks": after, "count": count, "order": order})

    shaped = fault.shape_answer(answer, Draws(1, "rule-1", "call", 1))

    chunks = [event for event in script if event.kind is EventKind.CHUNK]
    if len(chunks) - after < 2:
        assert shaped is answer
        return
    assert isinstance(shaped.body, EventStream)
    new = shaped.body.events
    assert Counter(event.data for event in new) == Counter(event.data for event in script)
    assert [event.delay_s for event in new] == [event.delay_s for event in script]
    kinds = [event.kind for event in script]
    assert [event.kind for event in new] == kinds
    comments = [event for event in script if event.kind is EventKind.COMMENT]
    assert [event for event in new if event.kind is EventKind.COMMENT] == comments
    if len({event.data for event in chunks[after : after + count]}) == len(
        chunks[after : after + count]
    ):
        assert new != script


def test_a_shuffle_is_the_same_for_the_same_draw(make_stream: MakeStream) -> None:
    """Another attempt is shuffled otherwise."""
    answer = Answer(200, body=make_stream(8))
    fault = ReorderChunks(count=8, order="shuffled")

    shuffled = [fault.shape_answer(answer, Draws(1, "r", "call", attempt)) for attempt in (1, 1, 2)]

    assert shuffled[0] == shuffled[1] != shuffled[2]


def test_a_body_has_no_order_of_chunks(make_answer: Callable[..., Answer]) -> None:
    """It stays."""
    answer = make_answer()

    assert ReorderChunks().shape_answer(answer, Draws(1, "r", "call", 1)) is answer
