"""The JSON documents of an answer, and places in them: what faults of fields have in common.

A JSON body is one document, a stream has one in each chunk. A place is written as a path of names
and list indexes joined by dots (``data.request.0.message``); ``*`` stands for every index.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import Field

from mockserver.answer import EventKind, EventStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.answer import Answer, Event

    Change = Callable[[Any], bool]
    Dump = Callable[[Any], bytes]

Path = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$", max_length=1000, strict=True)]
"""A place in a document."""


def with_documents(answer: Answer, change: Change, dump: Dump = orjson.dumps) -> Answer:
    """The answer with ``change`` made to each document; the same object where it changed none.

    ``change`` works on the parsed document itself and says whether it did anything.
    """
    body = answer.body
    if not isinstance(body, EventStream):
        new = _changed(body, change, dump)
        return answer if new is None else replace(answer, body=new)
    events = tuple(_changed_event(event, change, dump) for event in body.events)
    if all(new is old for new, old in zip(events, body.events, strict=True)):
        return answer
    return replace(answer, body=replace(body, events=events))


def places(document: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """Each table or list that holds a place of the path, and the key it has or would have there."""
    *way, last = path.split(".")
    for holder in _walk(document, way):
        if isinstance(holder, dict):
            yield holder, last
        elif isinstance(holder, list):
            for index in _indexes(holder, last):
                yield holder, index


def _walk(document: Any, way: list[str]) -> Iterator[Any]:
    if not way:
        yield document
        return
    step, rest = way[0], way[1:]
    if isinstance(document, dict) and step in document:
        yield from _walk(document[step], rest)
    elif isinstance(document, list):
        for index in _indexes(document, step):
            yield from _walk(document[index], rest)


def _indexes(items: list[Any], step: str) -> range:
    if step == "*":
        return range(len(items))
    if step.isascii() and step.isdigit() and int(step) < len(items):
        return range(int(step), int(step) + 1)
    return range(0)


def _changed_event(event: Event, change: Change, dump: Dump) -> Event:
    if event.kind is not EventKind.CHUNK:
        return event
    new = _changed(event.data, change, dump)
    return event if new is None else replace(event, data=new)


def _changed(data: bytes, change: Change, dump: Dump) -> bytes | None:
    """The changed document, None where there is none or nothing to change."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return dump(document) if change(document) else None
