"""Two ends for one body, or none but the close."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.answer import Answer, Ending, EventStream
from mockserver.delivery import Framing, lay_out
from mockserver.faults.framings import ConflictingFraming, UntilClose

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeAnswer = Callable[..., Answer]
    MakeStream = Callable[..., EventStream]


@pytest.mark.parametrize(
    ("how", "told", "framing", "length"),
    [
        ("same_lengths", "10", Framing.CONTENT_LENGTH, 10),
        ("differing_lengths", "20", Framing.CONTENT_LENGTH, 10),
        ("length_and_chunked", "10", Framing.CHUNKED, None),
    ],
)
def test_there_are_two_words_on_the_end(
    make_answer: MakeAnswer, how: Any, told: str, framing: Framing, length: int | None
) -> None:
    """One among the headers, one from the framing; the body is the same."""
    reply = lay_out(make_answer(b"0123456789"))

    two = ConflictingFraming(how=how).shape_delivery(reply)

    assert two.headers == (*reply.headers, ("Content-Length", told))
    assert (two.framing, two.content_length, two.pieces) == (framing, length, reply.pieces)


def test_the_close_is_the_end(make_answer: MakeAnswer, make_stream: MakeStream) -> None:
    """Of a body and of a stream."""
    for answer in (make_answer(), make_answer(make_stream(2))):
        bare = UntilClose().shape_delivery(lay_out(answer))
        assert (bare.framing, bare.content_length) == (Framing.UNTIL_CLOSE, None)


def test_what_has_no_body_or_no_end_stays(make_answer: MakeAnswer) -> None:
    """There is nothing to frame."""
    empty, cut = lay_out(Answer(204)), replace(lay_out(make_answer()), ending=Ending.FIN)

    assert ConflictingFraming().shape_delivery(empty) is empty
    assert UntilClose().shape_delivery(empty) is empty
    assert UntilClose().shape_delivery(cut) is cut
