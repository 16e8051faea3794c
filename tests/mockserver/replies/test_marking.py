"""Marks inside a JSON value."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.replies.marking import marked
from mockserver.replies.schemas import read_schema

MARK = "answer-0123456789ab"


@pytest.mark.parametrize(
    ("schema", "value", "found"),
    [
        ({"type": "string"}, "Habari", f"{MARK} Habari"),
        ({}, "", MARK),
        ({}, {"a": 1, "b": ["x"]}, {"a": 1, "b": [f"{MARK} x"]}),
        (
            {"properties": {"a": {"enum": ["x"]}, "b": {"type": "string"}}},
            {"a": "x", "b": "y"},
            {"a": "x", "b": f"{MARK} y"},
        ),
        ({"type": "object"}, {}, {"mark": MARK}),
        ({"properties": {"a": {"maxLength": 3}}}, {"a": "x"}, {"mark": MARK, "a": "x"}),
        ({"additionalProperties": False}, {}, {}),
        ({"enum": ["x"]}, "x", "x"),
        ({"type": "integer"}, 5, 5),
    ],
)
def test_marks_stand_where_the_schema_has_room(schema: Any, value: Any, found: Any) -> None:
    """In the first text that may carry them, or in a property of their own, or nowhere."""
    assert marked(value, MARK, read_schema(schema)) == found


def test_a_large_value_is_not_searched_for_ever() -> None:
    """After some texts that cannot carry them, marks are given up."""
    schema = read_schema({"items": {"maxLength": 1}})
    value = ["x"] * 1000

    assert marked(value, MARK, schema) == value
