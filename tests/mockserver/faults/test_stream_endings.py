"""Faults of a stream's end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Ending, EventKind
from mockserver.faults.stream_endings import CutStream, ErrorChunk, MarkerOpen, NoMarker

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import EventStream

    MakeStream = Callable[..., EventStream]

ENDINGS = {
    "rst": Ending.RST,
    "fin": Ending.FIN,
    "no_final_chunk": Ending.NO_FINAL_CHUNK,
    "clean": Ending.COMPLETE,
}


@given(chunks=st.integers(0, 9), after=st.integers(0, 12), how=st.sampled_from(sorted(ENDINGS)))
def test_exactly_n_chunks_arrive(
    make_stream: MakeStream, chunks: int, after: int, how: Any
) -> None:
    """The first n and nothing else, with that ending; a stream of fewer chunks is left alone."""
    stream = make_stream(chunks, marker=True)

    cut = CutStream(after_chunks=after, how=how).shape_stream(stream)

    if after > chunks:
        assert cut is stream
    else:
        assert (cut.events, cut.ending) == (stream.events[:after], ENDINGS[how])


def test_a_clean_cut_needs_something_to_cut_off(make_stream: MakeStream) -> None:
    """All chunks of a stream without marker, cleanly ended, are a healthy stream."""
    stream = make_stream(3)

    assert CutStream(after_chunks=3, how="clean").shape_stream(stream) is stream
    assert CutStream(after_chunks=3, how="no_final_chunk").shape_stream(stream) is not stream


def test_an_error_takes_the_place_of_the_rest(make_stream: MakeStream) -> None:
    """n chunks, the documented envelope of a failure, and no marker."""
    failed = ErrorChunk(after_chunks=2).shape_stream(make_stream(5, marker=True))

    assert [event.kind for event in failed.events] == [
        EventKind.CHUNK,
        EventKind.CHUNK,
        EventKind.ERROR,
    ]
    assert failed.events[-1].data == (
        b'{"success":false,"message":"The model is overloaded","code":"overloaded","data":null}'
    )
    assert failed.ending is Ending.COMPLETE


@pytest.mark.parametrize(("close", "ending"), sorted({**ENDINGS, "open": Ending.OPEN}.items()))
def test_after_an_error_the_stream_can_end_in_any_way(
    make_stream: MakeStream, close: Any, ending: Ending
) -> None:
    """The error arrives, then the connection does what was asked."""
    fault = ErrorChunk(after_chunks=0, message="m", code="c", close=close)

    failed = fault.shape_stream(make_stream(2))

    assert (len(failed.events), failed.ending) == (1, ending)
    assert orjson.loads(failed.events[0].data)["code"] == "c"


def test_an_error_after_more_chunks_than_there_are_has_no_effect(make_stream: MakeStream) -> None:
    """It says so by identity."""
    stream = make_stream(3)

    assert ErrorChunk(after_chunks=4).shape_stream(stream) is stream


def test_no_marker_takes_the_marker_away(make_stream: MakeStream) -> None:
    """A stream that had none is as promised: a new object tells that the fault holds."""
    bare = make_stream(2)

    assert NoMarker().shape_stream(make_stream(2, marker=True)) == bare
    assert NoMarker().shape_stream(bare) == bare
    assert NoMarker().shape_stream(bare) is not bare


@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("hold_s", [None, 60.0])
def test_the_marker_comes_and_the_socket_stays_open(
    make_stream: MakeStream, marker: bool, hold_s: float | None
) -> None:
    """One marker, last, whether the stream had one or not."""
    opened = MarkerOpen(hold_s=hold_s).shape_stream(make_stream(2, marker=marker))

    assert opened.events == make_stream(2, marker=True).events
    assert (opened.ending, opened.hold_s) == (Ending.OPEN, hold_s)
