"""Lines of a stream into events, in both framings."""

from __future__ import annotations

import pytest

from loadtests.generator.event_lines import EventLines


def events(*lines: bytes) -> list[str]:
    """What a stream gives, its end included."""
    one = EventLines()
    found = [one.take(line) for line in lines]
    return [event for event in (*found, one.finish()) if event is not None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_server_sent_events_and_bare_json_are_told_apart(end: bytes) -> None:
    """Comments, names and blank lines are no events."""
    lines = (b": hello", b"event: x", b'data: {"a":1}', b"", b'{"b":2}', b"", b"data: [DONE]", b"")

    assert events(*(line + end for line in lines)) == ['{"a":1}', '{"b":2}', "[DONE]"]


def test_an_object_is_given_out_with_its_own_line() -> None:
    """Nothing that follows could belong to it, so nobody waits for the blank line."""
    assert EventLines().take(b'data: {"delta":"Ha"}\n') == '{"delta":"Ha"}'


def test_data_over_several_lines_is_one_event() -> None:
    """Joined with line feeds, at the blank line or at the end of the stream."""
    assert events(b"data: Ha\n", b"data: bari\n", b"\n", b"data:  gani\n") == ["Ha\nbari", " gani"]


def test_bytes_that_are_no_text_do_not_stop_the_stream() -> None:
    """They become the mark of what cannot be read."""
    assert events(b'{"text":"\xff"}\n') == ['{"text":"\ufffd"}']
