"""A stream's script, read by its chunks: what stream faults have in common.

"After n chunks" always means directly after the n-th event of kind ``CHUNK``; after 0 chunks is
before everything. Comments and markers do not count. In a stream that has no chunk but bytes as
they are (sound), each of those counts as one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver.answer import Event, EventKind, EventStream

if TYPE_CHECKING:
    from collections.abc import Callable

DONE = Event(b"[DONE]", EventKind.MARKER)
"""The terminal marker, at once."""


def chunk_places(stream: EventStream) -> tuple[int, ...]:
    """Where among the events the chunks stand."""
    return _places_of(EventKind.CHUNK, stream) or _places_of(EventKind.RAW, stream)


def is_text(stream: EventStream) -> bool:
    """Whether lines mean anything in a stream: it is no sound, nor anything else of bytes alone."""
    return bool(stream.eol) and not all(event.kind is EventKind.RAW for event in stream.events)


def _places_of(kind: EventKind, stream: EventStream) -> tuple[int, ...]:
    return tuple(place for place, event in enumerate(stream.events) if event.kind is kind)


def place_after(stream: EventStream, chunks: int) -> int | None:
    """How many events come up to the end of the n-th chunk; None where there are fewer chunks."""
    places = chunk_places(stream)
    if chunks > len(places):
        return None
    return places[chunks - 1] + 1 if chunks else 0


def later(event: Event, seconds: float) -> Event:
    """The same event, that much later."""
    return replace(event, delay_s=event.delay_s + seconds)


def changed(stream: EventStream, place: int, change: Callable[[Event], Event]) -> tuple[Event, ...]:
    """The stream's events with one of them changed."""
    events = stream.events
    return (*events[:place], change(events[place]), *events[place + 1 :])


def without_marker(stream: EventStream) -> tuple[Event, ...]:
    """The stream's events less any terminal marker."""
    return tuple(event for event in stream.events if event.kind is not EventKind.MARKER)


def with_marker(stream: EventStream) -> tuple[Event, ...]:
    """The stream's events with a terminal marker last: its own, or one that follows at once."""
    has_one = any(event.kind is EventKind.MARKER for event in stream.events)
    return stream.events if has_one else (*stream.events, DONE)
