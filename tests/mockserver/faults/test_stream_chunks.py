"""Faults among a stream's chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from pydantic import ValidationError

from mockserver.answer import EventKind
from mockserver.faults.stream_chunks import Comments, MalformedChunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import EventStream

    MakeStream = Callable[..., EventStream]


def kinds(stream: EventStream) -> str:
    """The script in letters: c for a comment, C for a chunk, M for the marker."""
    letters = {EventKind.COMMENT: "c", EventKind.CHUNK: "C", EventKind.MARKER: "M"}
    return "".join(letters[event.kind] for event in stream.events)


def test_one_chunk_cannot_be_parsed_and_its_text_is_lost(make_stream: MakeStream) -> None:
    """It stands in the place of a chunk; a client that skips it has a hole in its text."""
    stream = make_stream(3)

    broken = MalformedChunk(after_chunks=1).shape_stream(stream)

    assert (broken.events[0], broken.events[2]) == (stream.events[0], stream.events[2])
    assert broken.events[1].data == b'{"success":true,"message":"Chunk comp'
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(broken.events[1].data)


def test_a_malformed_chunk_can_say_anything(make_stream: MakeStream) -> None:
    """The given text is sent in UTF-8."""
    broken = MalformedChunk(after_chunks=0, data="ÿ").shape_stream(make_stream(1))

    assert broken.events[0].data == b"\xc3\xbf"


def test_there_must_be_a_chunk_to_break(make_stream: MakeStream) -> None:
    """After all chunks there is none; the fault says by identity that it had no effect."""
    stream = make_stream(3, marker=True)

    assert MalformedChunk(after_chunks=3).shape_stream(stream) is stream


@pytest.mark.parametrize(
    ("before_chunk", "script"), [(1, "cccCCCM"), (2, "CcccCCM"), ("every", "cccCcccCcccCM")]
)
def test_comments_come_before_the_chosen_chunks(
    make_stream: MakeStream, before_chunk: Any, script: str
) -> None:
    """One comment each every_s, for for_s: 3 in 0.3 s at 0.1 s."""
    fault = Comments(every_s=0.1, for_s=0.3, before_chunk=before_chunk)

    commented = fault.shape_stream(make_stream(3, marker=True))

    assert kinds(commented) == script
    assert {e.delay_s for e in commented.events if e.kind is EventKind.COMMENT} == {0.1}
    assert {e.data for e in commented.events if e.kind is EventKind.COMMENT} == {b"ping"}


def test_comments_before_a_chunk_that_is_not_there_have_no_effect(make_stream: MakeStream) -> None:
    """They say so by identity."""
    stream = make_stream(3)

    assert Comments(every_s=1, for_s=1, before_chunk=4).shape_stream(stream) is stream


@pytest.mark.parametrize(
    "settings",
    [
        {"every_s": 0, "for_s": 1},
        {"every_s": 2, "for_s": 1},
        {"every_s": 0.0001, "for_s": 1000},
        {"every_s": 5e-324, "for_s": 1e308},
        {"every_s": 1, "for_s": 1, "before_chunk": 0},
        {"every_s": 1, "for_s": 1, "before_chunk": "all"},
        {"every_s": 1, "for_s": 1, "text": "a\nb"},
    ],
)
def test_comments_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    """At least one, not millions, each on one line, before a chunk that can exist."""
    with pytest.raises(ValidationError):
        Comments(**settings)
