"""How a record is written as a JSON object, and read back strictly.

One table per record (a :class:`Shape`) says which key holds which field and how it is read, so that
writing and reading cannot drift apart. A reader takes a value and its place in the document; it
raises ``ValueError`` with one line that names the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.results import plain

Read = Callable[[object, str], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record: its name in JSON, the field it fills, and how its value is read.

    ``younger`` marks a key that older documents do not have; it then reads as null.
    """

    name: str
    field: str
    read: Read
    younger: bool = False


class Shape:
    """The keys of one record, in the order in which they are written."""

    def __init__(self, record: Callable[..., Any], /, *keys: Key) -> None:
        self.record = record
        self.keys = keys
        _SHAPES[record] = self

    def write(self, record: object) -> dict[str, Any]:
        """The record as a JSON object, with those inside it."""
        return {key.name: _written(getattr(record, key.field)) for key in self.keys}

    def read(self, value: object, place: str) -> Any:
        """The record in a JSON object. Raises ``ValueError`` that names the place."""
        if not isinstance(value, Mapping):
            raise _wrong(place, value, "an object")
        known = [key.name for key in self.keys]
        for name in value:
            if name not in known:
                raise ValueError(f"{_inside(place, name)}: unknown key; remove it")
        for key in self.keys:
            if key.name not in value and not key.younger:
                raise ValueError(f"{_inside(place, key.name)}: missing; this key is always written")
        fields = {
            key.field: key.read(value.get(key.name), _inside(place, key.name)) for key in self.keys
        }
        try:
            return self.record(**fields)
        except ValueError as error:
            raise ValueError(f"{place}: {error}" if place else str(error)) from None


_SHAPES: dict[Callable[..., Any], Shape] = {}
"""The shape of each record, for records inside records."""


def text(value: object, place: str) -> str:
    """A string."""
    if not isinstance(value, str):
        raise _wrong(place, value, "text")
    return value


def number(value: object, place: str) -> float:
    """An integer or a float, no boolean."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(place, value, "a number")
    return value


def whole(value: object, place: str) -> int:
    """An integer, no boolean."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(place, value, "a whole number")
    return value


def flag(value: object, place: str) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise _wrong(place, value, "true or false")
    return value


def anything(value: object, place: str) -> Any:  # noqa: ARG001 (a reader takes both)
    """Any JSON value."""
    return plain(value)


def any_object(value: object, place: str) -> Any:
    """A JSON object of any keys."""
    if not isinstance(value, Mapping):
        raise _wrong(place, value, "an object")
    return plain(value)


def moment(value: object, place: str) -> str:
    """A string that is an ISO 8601 time."""
    told = text(value, place)
    try:
        datetime.fromisoformat(told)
    except ValueError:
        raise ValueError(f"{place}: {_shown(told)} is not an ISO 8601 time") from None
    return told


def one_of(words: Sequence[str], value: object, place: str) -> str:
    """One of these strings."""
    if value not in words:
        raise ValueError(f"{place}: {_shown(value)} is not one of {', '.join(words)}")
    return str(value)


def or_null(read: Read) -> Read:
    """What ``read`` reads, or null."""
    return lambda value, place: None if value is None else read(value, place)


def many(read: Read) -> Read:
    """A list of what ``read`` reads."""

    def read_list(value: object, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong(place, value, "a list")
        return tuple(read(item, f"{place}[{index}]") for index, item in enumerate(value))

    return read_list


def by_name(read: Read) -> Read:
    """An object of any keys whose values ``read`` reads."""

    def read_object(value: object, place: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _wrong(place, value, "an object")
        return {str(name): read(item, _inside(place, name)) for name, item in value.items()}

    return read_object


def _written(value: object) -> Any:
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    shape = _SHAPES.get(type(value))
    return shape.write(value) if shape else value


def _inside(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _wrong(place: str, value: object, wanted: str) -> ValueError:
    return ValueError(f"{place or 'the document'}: {_shown(value)} is not {wanted}")


def _shown(value: object) -> str:
    told = repr(value)
    return told if len(told) <= 60 else f"{told[:57]}..."
