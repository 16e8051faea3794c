"""Faults of a stream's time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mockserver.answer import Ending, Event, EventKind, EventStream
from mockserver.faults.stream_timing import Pace, SlowFirstToken, Stall

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeStream = Callable[..., EventStream]


def pauses(stream: EventStream) -> list[float]:
    return [event.delay_s for event in stream.events]


def test_a_slow_first_token_delays_the_first_chunk_only(make_stream: MakeStream) -> None:
    """A pause that was there already is longer by it."""
    stream = make_stream(3)
    late = replace(stream, events=(Event(b"0", delay_s=1.0), *stream.events[1:]))

    assert pauses(SlowFirstToken(seconds=2).shape_stream(stream)) == [2.0, 0.0, 0.0]
    assert pauses(SlowFirstToken(seconds=2).shape_stream(late)) == [3.0, 0.0, 0.0]


def test_comments_before_the_first_chunk_are_not_late() -> None:
    """What is put off is the chunk."""
    stream = EventStream(events=(Event(b"ping", EventKind.COMMENT), Event(b"0")))

    assert pauses(SlowFirstToken(seconds=2).shape_stream(stream)) == [0.0, 2.0]


def test_a_pace_stands_between_chunks_whatever_came_before(make_stream: MakeStream) -> None:
    """The first chunk and the marker are not slowed; a longer pause stays."""
    stream = make_stream(3, marker=True)
    late = replace(stream, events=(*stream.events[:2], Event(b"2", delay_s=9.0), stream.events[3]))

    assert pauses(Pace(interval_s=0.5).shape_stream(stream)) == [0.0, 0.5, 0.5, 0.0]
    assert pauses(Pace(interval_s=0.5).shape_stream(late)) == [0.0, 0.5, 9.0, 0.0]


def test_a_stall_puts_off_what_comes_after_n_chunks(make_stream: MakeStream) -> None:
    """Nothing is lost, only late."""
    assert pauses(Stall(after_chunks=2, seconds=5).shape_stream(make_stream(3))) == [0.0, 0.0, 5.0]
    assert pauses(Stall(after_chunks=0, seconds=5).shape_stream(make_stream(2))) == [5.0, 0.0]


def test_a_stall_without_seconds_never_ends(make_stream: MakeStream) -> None:
    """n chunks, then an open socket until the client leaves."""
    stalled = Stall(after_chunks=2).shape_stream(make_stream(5))

    assert (len(stalled.events), stalled.ending, stalled.hold_s) == (2, Ending.OPEN, None)


def test_a_stall_after_the_last_chunk_stands_before_the_marker(make_stream: MakeStream) -> None:
    """The text is whole, its end is late."""
    stalled = Stall(after_chunks=2, seconds=5).shape_stream(make_stream(2, marker=True))

    assert pauses(stalled) == [0.0, 0.0, 5.0]


@pytest.mark.parametrize(
    "fault",
    [Stall(after_chunks=50), Stall(after_chunks=50, seconds=1), Stall(after_chunks=5, seconds=1)],
)
def test_a_stall_needs_something_to_come_after_it(make_stream: MakeStream, fault: Stall) -> None:
    """A stall after 50 of 5 chunks has no effect, and says so by identity."""
    stream = make_stream(5)

    assert fault.shape_stream(stream) is stream


def test_an_empty_stream_is_neither_slow_nor_paced(make_stream: MakeStream) -> None:
    """There is no first token, and no two chunks to stand between."""
    empty, single = make_stream(0), make_stream(1)

    assert SlowFirstToken(seconds=1).shape_stream(empty) is empty
    assert Pace(interval_s=1).shape_stream(single) is single
