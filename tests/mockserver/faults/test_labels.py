"""What a body is called, and bytes that are not what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.answer import Answer, Event, EventKind, EventStream
from mockserver.faults.labels import INVALID, InvalidUtf8, WrongCharset, WrongContentType

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.draws import Draws

    MakeAnswer = Callable[..., Answer]
    MakeStream = Callable[..., EventStream]


def test_the_type_is_told_wrong_in_its_place(make_answer: MakeAnswer, draws: Draws) -> None:
    """Other headers stay where they are; the body is the same."""
    answer = make_answer().with_headers(("X-A", "1"))

    told = WrongContentType(value="image/png").shape_answer(answer, draws)

    assert told.headers == (("Content-Type", "image/png"), ("X-A", "1"))
    assert told.body == answer.body


def test_a_type_that_is_told_already_is_no_fault(make_answer: MakeAnswer, draws: Draws) -> None:
    """The fault says so by identity."""
    answer = make_answer()

    assert WrongContentType(value="application/json").shape_answer(answer, draws) is answer


def test_text_in_one_encoding_is_labelled_as_another(draws: Draws) -> None:
    """What the new encoding cannot write becomes a question mark."""
    answer = Answer(200, (("content-type", "text/plain; charset=x"),), "sawa ✓".encode())

    wrong = WrongCharset(encoding="latin-1", label="utf-16").shape_answer(answer, draws)

    assert wrong.headers == (("Content-Type", "text/plain; charset=utf-16"),)
    assert wrong.body == b"sawa ?"


@pytest.mark.parametrize("body", [b"", b"\xff", EventStream((Event(b"1"),))])
def test_only_text_has_a_charset(draws: Draws, body: bytes | EventStream) -> None:
    """Nothing, bytes that are no UTF-8, and a stream stay."""
    answer = Answer(200, body=body)

    assert WrongCharset().shape_answer(answer, draws) is answer


@pytest.mark.parametrize("sequence", list(INVALID))
def test_each_sequence_is_no_utf_8(make_answer: MakeAnswer, draws: Draws, sequence: Any) -> None:
    """Inside a text, and nothing else of the body changes."""
    body = InvalidUtf8(sequence=sequence).shape_answer(make_answer(b'{"a":"bc"}'), draws).body

    assert isinstance(body, bytes)
    assert body == b'{"a":"' + INVALID[sequence] + b'bc"}'
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_one_chunk_of_a_stream_is_spoilt(make_stream: MakeStream, draws: Draws) -> None:
    """The chunk after n; where there is none, the stream stays."""
    answer = Answer(200, body=make_stream(3))

    spoilt = InvalidUtf8(after_chunks=1).shape_answer(answer, draws).body

    assert isinstance(spoilt, EventStream)
    assert b"\xff\xfe" in spoilt.events[1].data
    assert InvalidUtf8(after_chunks=3).shape_answer(answer, draws) is answer


def test_sound_gets_bytes_before_its_own(draws: Draws) -> None:
    """There is no text in it to put them into."""
    sound = EventStream((Event(b"\x01\x02", EventKind.RAW),))

    spoilt = InvalidUtf8().shape_answer(Answer(200, body=sound), draws).body

    assert isinstance(spoilt, EventStream)
    assert spoilt.events[0].data == b"\xff\xfe\x01\x02"


def test_an_empty_body_stays(draws: Draws) -> None:
    """There is nothing to spoil."""
    answer = Answer(204)

    assert InvalidUtf8().shape_answer(answer, draws) is answer
