"""Answers that are JSON for a schema."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from mockserver.api.fields import BadRequest
from mockserver.api.structured import PLACE, json_text, read_structure, schema_at, value_for

PERSON = {
    "type": "object",
    "properties": {"jina": {"type": "string"}, "umri": {"type": "integer", "minimum": 0}},
    "required": ["jina", "umri"],
    "additionalProperties": False,
}


def wanted(schema: Any, **more: Any) -> dict[str, Any]:
    inner = {"name": "person", "strict": True, "schema": schema, **more}
    return {"response_format": {"type": "json_schema", "json_schema": inner}}


def test_the_schema_is_found() -> None:
    """In the documented place; text asks for none."""
    structure = read_structure(wanted(PERSON))

    assert structure is not None
    assert structure.root == PERSON
    assert read_structure({}) is None
    assert read_structure({"response_format": None}) is None
    assert read_structure({"response_format": {"type": "text"}}) is None


def test_the_answer_is_valid_json_text() -> None:
    """Its words stand apart, so that it streams in more than one piece."""
    text = json_text(value_for(schema_at(PLACE, PERSON), b"seed", PLACE))

    jsonschema.validate(json.loads(text), PERSON)
    assert len(text.split()) > 3


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"response_format": "json"}, "response_format must be a JSON object"),
        ({"response_format": {}}, "response_format.type is required"),
        (
            {"response_format": {"type": "json_object"}},
            "response_format.type must be text or json_schema",
        ),
        (
            {"response_format": {"type": "json_schema"}},
            "response_format.json_schema must be a JSON object",
        ),
        (
            {"response_format": {"type": "json_schema", "json_schema": {}}},
            "response_format.json_schema.schema is required",
        ),
        (wanted(PERSON, name=5), "response_format.json_schema.name must be a string"),
        (wanted(PERSON, strict="yes"), "response_format.json_schema.strict must be true or false"),
        (wanted(PERSON, strict=0), "response_format.json_schema.strict must be true or false"),
        (wanted("x"), "response_format.json_schema.schema: must be a JSON object"),
        (
            wanted({"properties": {"a": {"type": "x"}}}),
            (
                "response_format.json_schema.schema at properties.a.type: "
                "'x' is not valid under any of the given schemas"
            ),
        ),
    ],
)
def test_a_mistake_is_named(body: dict[str, Any], message: str) -> None:
    """With its place in the request, down into the schema."""
    with pytest.raises(BadRequest) as caught:
        read_structure(body)

    assert str(caught.value) == message


def test_a_schema_that_nothing_satisfies_is_refused() -> None:
    """With the place in the value that cannot be."""
    impossible = {"minimum": 2, "maximum": 1, "type": "integer"}
    schema = {"type": "object", "properties": {"a": impossible}, "required": ["a"]}

    with pytest.raises(BadRequest) as caught:
        value_for(schema_at(PLACE, schema), b"seed", PLACE)

    assert str(caught.value) == (
        "response_format.json_schema.schema at a: "
        "cannot be satisfied: no number is at least 2 and at most 1"
    )
