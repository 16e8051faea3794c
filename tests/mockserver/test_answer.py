"""What the API wants to say, before it is bytes."""

from __future__ import annotations

from mockserver.answer import Answer, Ending, Event, EventKind, EventStream


def test_further_headers_come_behind_an_answer_s_own() -> None:
    """The answer itself stays as it was: faults and steps share it."""
    answer = Answer(200, (("A", "1"),), b"{}")

    assert answer.with_headers(("B", "2"), ("A", "3")) == Answer(
        200, (("A", "1"), ("B", "2"), ("A", "3")), b"{}"
    )
    assert answer.headers == (("A", "1"),)


def test_a_plain_event_is_a_chunk_at_once() -> None:
    """And a plain stream is framed as Pawa's most likely are, and ends well."""
    stream = EventStream(events=(Event(b"{}"),))

    assert (stream.events[0].kind, stream.events[0].delay_s) == (EventKind.CHUNK, 0.0)
    assert (stream.style.value, stream.eol, stream.bom) == ("json_lines", b"\n", False)
    assert stream.ending is Ending.COMPLETE


def test_a_header_takes_the_place_of_its_own() -> None:
    """However it is capitalised, once, in its place; or as the last one, or not at all."""
    answer = Answer(200, (("A", "1"), ("b", "2"), ("B", "3"), ("C", "4")))

    assert answer.with_header("B", "5").headers == (("A", "1"), ("B", "5"), ("C", "4"))
    assert answer.with_header("D", "5").headers == (*answer.headers, ("D", "5"))
    assert answer.with_header("B", None).headers == (("A", "1"), ("C", "4"))
    assert answer.with_header("A", "1") is answer
    assert answer.with_header("D", None) is answer
