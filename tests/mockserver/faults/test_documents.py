"""The JSON documents of an answer, and places in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.answer import Answer, Event, EventKind, EventStream
from mockserver.faults.documents import places, with_documents

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "d": None}


def mark(document: Any) -> bool:
    """Change every table, and nothing else."""
    if isinstance(document, dict):
        document["marked"] = True
        return True
    return False


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("d", [(DOCUMENT, "d")]),
        ("new", [(DOCUMENT, "new")]),
        ("a.b.1.c", [({"c": 2}, "c")]),
        ("a.b.1", [(DOCUMENT["a"]["b"], 1)]),  # type: ignore[index]
        ("a.b.*.c", [({"c": 1}, "c"), ({"c": 2}, "c"), ({}, "c")]),
        ("a.b.3", []),
        ("a.b.x", []),
        ("d.e", []),
        ("x.y", []),
    ],
)
def test_a_path_names_places_that_are_there_or_could_be(path: str, found: list[Any]) -> None:
    """A table can get any field; a list has only the indexes it has."""
    assert list(places(DOCUMENT, path)) == found


def test_a_body_is_one_document(make_answer: Callable[..., Answer]) -> None:
    """It is written anew where it was changed."""
    changed = with_documents(make_answer(b'{"x":1}'), mark)

    assert changed.body == b'{"x":1,"marked":true}'


def test_a_stream_has_a_document_in_each_chunk() -> None:
    """Comments, the marker and what is no JSON stay."""
    events = (
        Event(b"ping", EventKind.COMMENT),
        Event(b'{"x":1}', delay_s=2.0),
        Event(b"{", EventKind.CHUNK),
        Event(b"[DONE]", EventKind.MARKER),
    )

    changed = with_documents(Answer(200, body=EventStream(events)), mark).body

    assert isinstance(changed, EventStream)
    assert changed.events[1] == Event(b'{"x":1,"marked":true}', delay_s=2.0)
    assert (changed.events[0], changed.events[2:]) == (events[0], events[2:])


@pytest.mark.parametrize("body", [b"", b"<html>", b"7", EventStream((Event(b"[1]"),))])
def test_where_nothing_changes_the_answer_is_itself(body: bytes | EventStream) -> None:
    """So a fault can tell that it had no effect."""
    answer = Answer(200, body=body)

    assert with_documents(answer, mark) is answer


def test_another_writer_can_be_given() -> None:
    """For what the usual one cannot write."""
    changed = with_documents(Answer(200, body=b"{}"), mark, lambda value: orjson.dumps([value]))

    assert changed.body == b'[{"marked":true}]'
