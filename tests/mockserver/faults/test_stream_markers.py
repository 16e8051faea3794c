"""The terminal marker: twice, late, or before the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.answer import Event, EventKind, EventStream
from mockserver.faults.stream_markers import EarlyMarker, LateMarker, TwoMarkers

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeStream = Callable[..., EventStream]

SOUND = EventStream((Event(b"\x00"), Event(b"\x01")), eol=b"")


def kinds(stream: EventStream) -> str:
    return "".join("M" if event.kind is EventKind.MARKER else "C" for event in stream.events)


@pytest.mark.parametrize("marker", [True, False])
def test_the_marker_comes_twice(make_stream: MakeStream, marker: bool) -> None:
    """Whether the stream had one or not."""
    assert kinds(TwoMarkers().shape_stream(make_stream(2, marker=marker))) == "CCMM"


@pytest.mark.parametrize("marker", [True, False])
def test_the_marker_comes_late(make_stream: MakeStream, marker: bool) -> None:
    """All that is said comes in its time."""
    late = LateMarker(seconds=3).shape_stream(make_stream(2, marker=marker))

    assert kinds(late) == "CCM"
    assert [event.delay_s for event in late.events] == [0.0, 0.0, 3.0]


@pytest.mark.parametrize("marker", [True, False])
def test_the_marker_comes_before_the_end(make_stream: MakeStream, marker: bool) -> None:
    """And not again; behind the last chunk it would be in its place."""
    stream = make_stream(3, marker=marker)

    assert kinds(EarlyMarker(after_chunks=1).shape_stream(stream)) == "CMCC"
    assert kinds(EarlyMarker(after_chunks=0).shape_stream(stream)) == "MCCC"
    assert EarlyMarker(after_chunks=3).shape_stream(stream) is stream


@pytest.mark.parametrize(
    "fault", [TwoMarkers(), LateMarker(seconds=1), EarlyMarker(after_chunks=1)]
)
def test_sound_has_no_marker(fault: TwoMarkers | LateMarker | EarlyMarker) -> None:
    """A marker in it would be heard."""
    assert fault.shape_stream(SOUND) is SOUND
