"""Lines into events, in both framings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.events import EventAssembler, StreamEvent, is_whole
from scenarios.reference.lines import LineSplitter


def take(*lines: str) -> list[StreamEvent]:
    assembler = EventAssembler()
    return [event for line in lines for event in assembler.take(line)]


def data(*lines: str) -> list[str]:
    return [event.data for event in take(*lines)]


objects = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=8), max_size=3)


@given(
    st.lists(objects, max_size=6),
    st.sampled_from(["", "data: ", "data:"]),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.integers(1, 3),
    st.integers(1, 9),
)
def test_both_framings(
    values: list[dict[str, object]], framing: str, eol: bytes, ends: int, size: int
) -> None:
    """Framing, line ends, read sizes and missing blank lines change nothing about the events."""
    payloads = [json.dumps(value, ensure_ascii=False) for value in values] + ["[DONE]"]
    stream = b"".join((framing + payload).encode() + eol * ends for payload in payloads)
    splitter, assembler = LineSplitter(), EventAssembler()

    events = [
        event.data
        for start in range(0, len(stream), size)
        for line in splitter.feed(stream[start : start + size])
        for event in assembler.take(line)
    ]

    assert events == payloads


def test_comments() -> None:
    """Comments are no content, inside an event or between events."""
    assert data(": ping", "data: {", ":", ': {"a": 1}', "data: }", "", ": pong") == ["{\n}"]


def test_several_data_lines() -> None:
    """Data lines of one event are joined by newlines."""
    assert data('data: {"a":', "data:  1", "data: }", "") == ['{"a":\n 1\n}']


def test_whole_json_does_not_wait() -> None:
    """A data line that is whole JSON is an event at once; one that only looks so is not."""
    assert data('data: {"a": {"b": 1}}') == ['{"a": {"b": 1}}']
    assert data('data: {"a": {"b": 1}') == []
    assert data('data: {"a": {"b": 1}', "data: }") == ['{"a": {"b": 1}\n}']


def test_fields() -> None:
    """The event's name is kept, other fields and unknown ones are dropped."""
    assert take("event: error", "id: 7", "retry: 500", "colour: red", "data: oops", "") == [
        StreamEvent("oops", "error")
    ]
    assert take("event: error", "", "data: {}") == [StreamEvent("{}")]
    assert data("data", "data: x", "") == ["\nx"]


def test_marker() -> None:
    """The marker is known with and without framing and blanks."""
    for line in ("[DONE]", "data: [DONE]", "data:[DONE]", "data:  [DONE] "):
        assert [event.is_marker for event in take(line)] == [True]
    assert not StreamEvent('{"text": "[DONE]"}').is_marker


def test_bare_lines_are_events() -> None:
    """A bare line is an event of its own, even one that is no JSON: dropping it could lose text."""
    assert data('{"a": 1', "<html>", "oops") == ['{"a": 1', "<html>", "oops"]
    assert data("data: half", '{"a": 1}') == ["half", '{"a": 1}']


def test_end() -> None:
    """At the end of a stream whole events count and halves are dropped."""
    assert [event.data for event in EventAssembler().finish('{"a": 1}')] == ['{"a": 1}']
    assert EventAssembler().finish('{"a": ') == []
    assert EventAssembler().finish("data: hal") == []


@pytest.mark.parametrize(
    ("text", "whole"),
    [("{}", True), (" {} ", True), ("[DONE]", True), ("[]", False), ("{", False), ("{]}", False)],
)
def test_is_whole(text: str, whole: bool) -> None:
    """Only an object or the marker can be a complete payload."""
    assert is_whole(text) is whole


def test_deep_nesting() -> None:
    """JSON nested beyond reason is not whole, and harms nobody."""
    assert not is_whole('{"a":' * 100_000 + "1" + "}" * 100_000)
