"""Reading a stream's script by its chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.answer import Event, EventKind, EventStream
from mockserver.faults import script

if TYPE_CHECKING:
    from collections.abc import Callable

PING = Event(b"ping", EventKind.COMMENT)
MIXED = EventStream(events=(PING, Event(b"0"), PING, Event(b"1"), script.DONE))


def test_only_chunks_count() -> None:
    """Comments and markers are no chunks."""
    assert script.chunk_places(MIXED) == (1, 3)


@pytest.mark.parametrize(("chunks", "place"), [(0, 0), (1, 2), (2, 4), (3, None)])
def test_after_n_chunks_is_directly_behind_the_nth(chunks: int, place: int | None) -> None:
    """After none is before everything; after more than there are is nowhere."""
    assert script.place_after(MIXED, chunks) == place


def test_one_event_can_be_changed() -> None:
    """The others are the same objects."""
    events = script.changed(MIXED, 1, lambda event: script.later(event, 2.0))

    assert events[1] == Event(b"0", delay_s=2.0)
    assert (events[0], events[2:]) == (MIXED.events[0], MIXED.events[2:])


def test_a_marker_is_added_once_and_taken_away(make_stream: Callable[..., EventStream]) -> None:
    """A stream that has one keeps its own."""
    bare, marked = make_stream(2), make_stream(2, marker=True)

    assert script.with_marker(bare) == marked.events
    assert script.with_marker(marked) is marked.events
    assert script.without_marker(marked) == bare.events


def test_bytes_as_they_are_count_where_there_are_no_chunks() -> None:
    """Sound comes in pieces without framing: each of them is one."""
    sound = EventStream(tuple(Event(b"\x00", EventKind.RAW) for _ in range(3)))
    mixed = EventStream((Event(b"{}"), Event(b"\x00", EventKind.RAW)))

    assert script.chunk_places(sound) == (0, 1, 2)
    assert script.place_after(sound, 2) == 2
    assert script.chunk_places(mixed) == (0,)


def test_sound_has_no_lines() -> None:
    """Neither bytes as they are nor chunks without a line end are text."""
    raw = EventStream((Event(b"\x00", EventKind.RAW),))

    assert not script.is_text(raw)
    assert not script.is_text(EventStream((Event(b"\x00"),), eol=b""))
    assert script.is_text(MIXED)
