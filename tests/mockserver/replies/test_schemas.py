"""JSON Schemas as callers send them."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.replies.schemas import MOST_BYTES, SchemaError, inner, read_schema, spelled


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("schema", "place", "reason"),
    [
        ([], "", "must be a JSON object"),
        ({"type": "what"}, "type", "'what' is not valid under any of the given schemas"),
        (
            {"properties": {"age": {"minimum": "x"}}},
            "properties.age.minimum",
            "'x' is not of type 'number'",
        ),
        ({"anyOf": [{}, {"required": 1}]}, "anyOf[1].required", "1 is not of type 'array'"),
        (
            {"$ref": "https://example.com/schema"},
            "$ref",
            "https://example.com/schema leads outside; only #/… inside the schema is read",
        ),
        (
            {"items": {"$ref": "#/$defs/a"}},
            "items.$ref",
            "#/$defs/a names nothing in the schema",
        ),
        ({"$ref": "#nobody"}, "$ref", "#nobody names nothing in the schema"),
        (
            {"$ref": "#/title", "title": "x"},
            "$ref",
            "#/title names something that is no schema",
        ),
        (
            {"properties": {"a": {"pattern": "("}}},
            "properties.a.pattern",
            "'(' is not a 'regex'",
        ),
        (
            {"$schema": "http://json-schema.org/draft-04/schema#", "patternProperties": {"(": {}}},
            "patternProperties",
            "cannot read the pattern: missing ), unterminated subpattern at position 0",
        ),
        (
            {"$defs": {"a": {"$id": "https://example.com/a"}}},
            "$defs.a.$id",
            "a name of its own inside a schema is not followed",
        ),
        (
            {"type": "object", "properties": {"me": {"$ref": "#"}}, "required": ["me"]},
            "",
            "cannot be satisfied: every value would hold another without end",
        ),
        (nested(400), "", "is nested too deeply"),
        (
            {"description": "x" * MOST_BYTES},
            "",
            f"has {MOST_BYTES + 18} bytes; {MOST_BYTES} are the most that is read",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_schema_is_refused_with_its_place(schema: Any, place: str, reason: str) -> None:
    """One line: where in the schema, and what is wrong there."""
    with pytest.raises(SchemaError) as caught:
        read_schema(schema)

    assert (caught.value.place, caught.value.reason) == (place, reason)
    assert str(caught.value) == (f"{place}: {reason}" if place else reason)


def test_the_draft_is_the_one_that_the_schema_names() -> None:
    """Draft 7 reads `items` as a list; 2020-12, the default, refuses it."""
    items = {"items": [{"type": "integer"}]}

    old = read_schema({"$schema": "http://json-schema.org/draft-07/schema#", **items})

    assert not old.is_valid(["x"])
    with pytest.raises(SchemaError, match="items"):
        read_schema(items)


def test_references_stay_inside() -> None:
    """By pointer, with its escapes, by anchor, and to the whole."""
    schema = read_schema(
        {
            "$defs": {"a/b": {"type": "integer"}, "c": {"$anchor": "here", "type": "null"}},
            "properties": {"n": {"$ref": "#/$defs/a~1b"}},
        }
    )

    assert schema.resolve("#/$defs/a~1b") == {"type": "integer"}
    assert schema.resolve("#here") == {"$anchor": "here", "type": "null"}
    assert schema.resolve("#") == schema.root
    assert not schema.is_valid({"n": "x"})


def test_a_schema_inside_is_judged_with_the_references_of_the_whole() -> None:
    """`#/$defs` means the root's, wherever it is asked from."""
    schema = read_schema({"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}})

    assert schema.is_valid(1, {"$ref": "#/$defs/n"})
    assert not schema.is_valid("x", {"$ref": "#/$defs/n"})


def test_it_is_known_how_flat_a_value_can_be() -> None:
    """A list ends with null; a tree can end with an empty list of children."""
    node = {"anyOf": [{"$ref": "#/$defs/link"}, {"type": "null"}]}
    link = {"type": "object", "properties": {"next": node}, "required": ["next"]}
    schema = read_schema({"$defs": {"link": link}, "$ref": "#/$defs/link"})
    assert isinstance(schema.root, dict)

    assert schema.height(schema.root) == 1
    assert schema.height(schema.root["$defs"]["link"]["properties"]["next"]) == 0


def test_what_is_no_schema_is_not_taken_for_one() -> None:
    """A property may be called `$ref`, and `const` holds a value."""
    schema: dict[str, Any] = {"properties": {"$ref": {"type": "string"}}, "const": {"$ref": "x"}}

    assert [place for place, _ in inner(schema)] == [("properties", "$ref")]
    assert read_schema(schema).root == schema


def test_the_same_schema_is_read_once() -> None:
    """Reading costs a millisecond; a caller sends the same schema again and again."""
    assert read_schema({"type": "string"}) is read_schema({"type": "string"})


def test_a_place_is_spelled_as_in_a_program() -> None:
    """Names with dots, numbers in brackets."""
    assert spelled(("properties", "a", "anyOf", 0)) == "properties.a.anyOf[0]"
    assert spelled(()) == ""
