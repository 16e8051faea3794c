"""Two schemas as one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.replies.merging import (
    Unsatisfiable,
    all_of,
    canonical,
    merged,
    parts_of,
    types_of,
)

BOUNDS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["integer", "number", "string", ["string", "integer"]]),
        "minimum": st.integers(-5, 5),
        "maximum": st.integers(-5, 5),
        "multipleOf": st.integers(1, 4),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "enum": st.lists(st.sampled_from([1, 2, 6, "a", "bb", True]), min_size=1, unique_by=repr),
    },
)
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(st.sampled_from("abc"), BOUNDS, max_size=2),
        "required": st.lists(st.sampled_from("abc"), unique=True, max_size=2),
        "additionalProperties": st.booleans() | BOUNDS,
        "maxProperties": st.integers(0, 3),
    },
)
VALUES = st.sampled_from([0, 1, 2, 4, 6, "", "a", "bb", True, None, 2.5])


def valid(schema: Any, value: object) -> bool:
    return Draft202012Validator(schema).is_valid(value)


@given(BOUNDS, BOUNDS, VALUES)
def test_a_merged_schema_asks_for_both(first: Any, second: Any, value: object) -> None:
    """No more and no less, for everything that is a plain value."""
    try:
        both = merged(first, second)
    except Unsatisfiable:
        both = False

    assert valid(both, value) == (valid(first, value) and valid(second, value))


@given(OBJECTS, OBJECTS, st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=3))
def test_properties_are_merged_with_what_is_additional(
    first: Any, second: Any, value: object
) -> None:
    """A property that only one of them names must please the other's `additionalProperties`."""
    both = merged(first, second)

    assert valid(both, value) == (valid(first, value) and valid(second, value))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"type": "string"}, {"type": ["integer", "null"]}, "no type is both string and integer"),
        ({"enum": [1]}, {"enum": [True]}, "no value stands in both lists"),
    ],
)
def test_what_contradicts_itself_says_so(first: Any, second: Any, reason: str) -> None:
    """Before anything is built."""
    with pytest.raises(Unsatisfiable, match=reason):
        merged(first, second)


def test_what_is_asked_of_a_property() -> None:
    """Its own schema and those of patterns, or else the one for additional ones."""
    schema = {
        "properties": {"ab": {"minLength": 1}},
        "patternProperties": {"^a": {"maxLength": 3}},
        "additionalProperties": False,
    }

    assert parts_of(schema, "ab") == [{"minLength": 1}, {"maxLength": 3}]
    assert parts_of(schema, "ax") == [{"maxLength": 3}]
    assert parts_of(schema, "x") == [False]
    assert parts_of({}, "x") == []


def test_all_of_nothing_is_everything() -> None:
    """And of one that one."""
    assert all_of([]) is True
    assert all_of([True, {}, {"a": 1}]) == {"a": 1}
    assert all_of([{"a": 1}, False]) == {"allOf": [{"a": 1}, False]}


def test_types_may_be_one_or_several() -> None:
    """`type` is a text or a list."""
    assert types_of("string") == ["string"]
    assert types_of(["string", "null"]) == ["string", "null"]


def test_equal_values_are_equal_as_json_sees_it() -> None:
    """1 is 1.0, and is not true."""
    assert canonical({"a": [1.0], "b": 2}) == canonical({"b": 2, "a": [1]})
    assert canonical(1) != canonical(True)
