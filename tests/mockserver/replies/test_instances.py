"""Values that are valid for a schema."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.replies.instances import instance_of
from mockserver.replies.schemas import SchemaError, read_schema

SEED = b"0123456789abcdef"

ORDER = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "customer": {"$ref": "#/$defs/person"},
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 4,
            "items": {
                "type": "object",
                "properties": {
                    "product": {"type": "string", "minLength": 1, "maxLength": 20},
                    "count": {"type": "integer", "minimum": 1, "maximum": 99},
                    "price": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
                },
                "required": ["product", "count", "price"],
                "additionalProperties": False,
            },
        },
        "pay": {
            "oneOf": [
                {"properties": {"by": {"const": "mobile"}, "phone": {"pattern": "^\\+255\\d{9}$"}}},
                {"properties": {"by": {"const": "cash"}}, "required": ["by"]},
            ]
        },
    },
    "required": ["id", "customer", "lines"],
    "additionalProperties": False,
    "$defs": {
        "person": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "friends": {"type": "array", "items": {"$ref": "#/$defs/person"}},
            },
            "required": ["name", "friends"],
        }
    },
}

GOOD = {
    "anything": True,
    "empty": {},
    "const": {"const": {"a": [1, None]}},
    "enum beside a type": {"enum": [1, "a", None], "type": "string"},
    "nullable": {"type": ["string", "null"], "maxLength": 5},
    "a list that ends": {
        "$defs": {
            "n": {
                "type": "object",
                "properties": {"next": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]}},
                "required": ["next"],
            }
        },
        "$ref": "#/$defs/n",
    },
    "all of": {
        "allOf": [
            {"type": "object", "properties": {"a": {"minLength": 5}}, "required": ["a"]},
            {"properties": {"a": {"maxLength": 6, "type": "string"}, "b": {"const": 3}}},
            {"required": ["b"]},
        ]
    },
    "exactly one of": {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 3}]},
    "any of, closed": {
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "additionalProperties": False,
    },
    "not": {"not": {"type": ["string", "null"]}},
    "not this one": {"type": "integer", "minimum": 1, "maximum": 2, "not": {"const": 1}},
    "if, then, else": {
        "type": "object",
        "properties": {"k": {"enum": [1, 2]}},
        "required": ["k"],
        "if": {"properties": {"k": {"const": 1}}},
        "then": {"required": ["z"]},
        "else": {"required": ["y"]},
    },
    "contains": {"type": "array", "contains": {"const": 7}, "maxItems": 2},
    "contains several": {
        "type": "array",
        "items": {"type": "integer"},
        "contains": {"minimum": 100},
        "minContains": 2,
        "maxContains": 3,
    },
    "all different": {
        "type": "array",
        "items": {"enum": ["a", "b", "c"]},
        "minItems": 3,
        "uniqueItems": True,
    },
    "a tuple": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "integer"}],
        "items": False,
        "minItems": 2,
    },
    "a map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 4},
    "named by a pattern": {
        "type": "object",
        "patternProperties": {"^x_[a-z]{4}$": {"type": "boolean"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "property names": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Z]{3}[0-9]{3}$"},
        "minProperties": 2,
    },
    "few properties": {
        "type": "object",
        "properties": {name: {"type": "null"} for name in "abcdefgh"},
        "required": ["h"],
        "maxProperties": 2,
    },
    "dependent": {
        "type": "object",
        "properties": {"card": {"type": "string"}},
        "required": ["card"],
        "dependentRequired": {"card": ["address"]},
        "dependentSchemas": {"address": {"properties": {"address": {"const": "Dodoma"}}}},
    },
    "unevaluated": {
        "allOf": [{"properties": {"a": {"type": "string"}}}],
        "type": "object",
        "unevaluatedProperties": False,
    },
    "draft 7": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"n": {"type": "integer"}},
        "type": "array",
        "items": [{"$ref": "#/definitions/n"}],
        "additionalItems": False,
        "minItems": 1,
    },
    "a tenth": {"type": "number", "multipleOf": 0.1},
    "large": {"type": "integer", "minimum": 2**70},
    "an order": ORDER,
}


@pytest.mark.parametrize("name", GOOD)
@given(seed=st.binary(min_size=1, max_size=16))
@settings(max_examples=25)
def test_a_value_is_valid_for_its_schema(name: str, seed: bytes) -> None:
    """By the judgement of `jsonschema`, and of a JSON text read back."""
    value = instance_of(read_schema(GOOD[name]), seed)

    jsonschema.validate(json.loads(json.dumps(value)), GOOD[name])


SCALARS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": st.integers(0, 9), "maxLength": st.integers(9, 30)},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={"minimum": st.integers(-9, 0), "maximum": st.integers(1, 9)},
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["boolean", "null"])}),
    st.builds(lambda values: {"enum": values}, st.lists(st.integers() | st.text(), min_size=1)),
    st.builds(lambda value: {"const": value}, st.none() | st.booleans() | st.text()),
)
NAMES = st.sampled_from(["jina", "umri", "mji", "bei", "a/b", "~", "%41"])


def containers(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Arrays, objects and choices of schemas that can be satisfied: they can be too."""
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inside},
            optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 4)},
        ),
        st.builds(
            lambda properties, needed, closed: {
                "type": "object",
                "properties": properties,
                "required": [name for name in properties if name in needed],
                "additionalProperties": closed,
            },
            st.dictionaries(NAMES, inside, max_size=4),
            st.sets(NAMES),
            st.booleans(),
        ),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inside, min_size=1, max_size=3)),
        st.builds(lambda part: {"allOf": [part, True]}, inside),
        st.builds(lambda part: {"$defs": {}, "oneOf": [part, False]}, inside),
    )


@given(schema=st.recursive(SCALARS, containers, max_leaves=8), seed=st.binary(min_size=1))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_schema_that_can_be_satisfied_is(schema: Any, seed: bytes) -> None:
    """Whatever is nested in what."""
    jsonschema.validate(instance_of(read_schema(schema), seed), schema)


def test_a_value_depends_on_schema_and_seed_alone() -> None:
    """Another process makes the same; another seed makes another."""
    program = (
        "import json, sys; from mockserver.replies.instances import instance_of; "
        "from mockserver.replies.schemas import read_schema; "
        "print(json.dumps(instance_of(read_schema(json.load(sys.stdin)), b'0123456789abcdef')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(ORDER),
        capture_output=True,
        text=True,
        check=True,
    )
    schema = read_schema(ORDER)

    assert json.loads(done.stdout) == instance_of(schema, SEED)
    assert instance_of(schema, b"x") != instance_of(schema, SEED)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (False, "cannot be satisfied: it allows nothing"),
        (
            {"type": "object", "properties": {"a": {}, "b": False}, "required": ["b"]},
            "b: cannot be satisfied: it allows nothing",
        ),
        (
            {
                "type": "object",
                "required": ["a"],
                "properties": {
                    "a": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "integer", "minimum": 2, "maximum": 1},
                    }
                },
            },
            "a[0]: cannot be satisfied: no number is at least 2 and at most 1",
        ),
        (
            {"allOf": [{"type": "string"}, {"type": "integer"}]},
            "cannot be satisfied: no type is both string and integer",
        ),
        (
            {"enum": [1, 2], "type": "string"},
            "cannot be satisfied: none of the values that it lists fits the rest of it",
        ),
        ({"not": {}}, "cannot be satisfied: nothing that was tried is valid"),
        (
            {"type": "array", "items": {"const": 1}, "minItems": 2, "uniqueItems": True},
            "[1]: cannot be satisfied: no further item was found that differs from the others",
        ),
        (
            {"type": "array", "prefixItems": [{}], "items": False, "minItems": 2},
            "cannot be satisfied: 2 items are asked for, and 1 are allowed",
        ),
        (
            {"type": "object", "additionalProperties": False, "minProperties": 1},
            "cannot be satisfied: 1 properties are asked for, and no more may be added",
        ),
        (
            {"type": "object", "required": ["a", "b"], "maxProperties": 1},
            "cannot be satisfied: 2 properties are required, 1 allowed",
        ),
        (
            {"type": "object", "required": ["a"], "additionalProperties": False},
            "a: cannot be satisfied: it allows nothing",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_satisfied_is_said(schema: Any, message: str) -> None:
    """With the place in the value, and what stands against it."""
    with pytest.raises(SchemaError) as caught:
        instance_of(read_schema(schema), SEED)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}, "minItems": 2_900},
        {
            "$defs": {
                "n": {
                    "type": "array",
                    "minItems": 9,
                    "maxItems": 9,
                    "items": {"anyOf": [{"$ref": "#/$defs/n"}, {"not": {}}]},
                }
            },
            "$ref": "#/$defs/n",
        },
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    ],
    ids=["many", "wide", "circle"],
)
def test_no_schema_takes_the_server_down(schema: Any) -> None:
    """The work is bounded: it is either done or refused."""
    try:
        value = instance_of(read_schema(schema), SEED)
    except SchemaError:
        return
    jsonschema.validate(value, schema)
