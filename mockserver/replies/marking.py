"""Canary and fingerprint inside a JSON value, where its schema has room for them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.replies.schemas import Schema

PROPERTY = "mark"
"""The name of the property that is added where no text can carry the marks."""

MOST_TRIED = 50


def marked(value: Any, marks: str, schema: Schema) -> Any:
    """The value with the marks in front of a text in it, the first that may carry them.

    Where none may, an object gets a property more; and where that may not be either, the value
    stays as it is: it is always valid.
    """
    for candidate in islice(_candidates(value, marks), MOST_TRIED):
        if schema.is_valid(candidate):
            return candidate
    if isinstance(value, dict):
        more = {PROPERTY: marks, **value}
        if PROPERTY not in value and schema.is_valid(more):
            return more
    return value


def _candidates(value: Any, marks: str) -> Iterator[Any]:
    """The value with one of its texts marked, for each text in turn."""
    if isinstance(value, str):
        yield f"{marks} {value}" if value else marks
    elif isinstance(value, dict):
        for name, inner in value.items():
            for candidate in _candidates(inner, marks):
                yield {**value, name: candidate}
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            for candidate in _candidates(inner, marks):
                yield [*value[:index], candidate, *value[index + 1 :]]
