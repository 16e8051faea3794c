"""Schemas in short: what they say of values."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from mockserver.openapi import schema


def fits(written: schema.Schema, value: object) -> bool:
    return Draft202012Validator(written).is_valid(value)


@pytest.mark.parametrize(
    ("written", "good", "bad"),
    [
        (schema.text(), "", 1),
        (schema.some_text(), "a", ""),
        (schema.words(("a", "b")), "b", "c"),
        (schema.flag(), True, 1),
        (schema.number(0, 2), 1.5, 2.1),
        (schema.integer(low=1), 1, 0),
        (schema.integer(), 2**64 - 1, 2**64),
        (schema.count(), 0, -1),
        (schema.array(schema.text()), ["a"], [1]),
        (schema.anything_of(schema.text(), schema.flag()), False, None),
        (schema.fields({"a": schema.text()}, required=("a",)), {"a": "", "b": 1}, {"b": 1}),
        (schema.fields({"a": schema.text()}, closed=True), {}, {"b": 1}),
        (schema.form({"a": schema.text()}), {"b": 1}, {"": 1}),
        (schema.form({"a": schema.text()}, closed=True), {"a": "x"}, {"b": 1}),
        (schema.shown({"a": schema.text(), "b": schema.flag()}, optional=("b",)), {"a": ""}, {}),
        (schema.or_null(schema.words(("a",))), None, "b"),
        (schema.or_null(schema.text()), None, 1),
        (schema.or_null(schema.anything_of(schema.text(), told="words")), None, 1),
    ],
)
def test_a_schema_lets_in_what_it_is_about(
    written: schema.Schema, good: object, bad: object
) -> None:
    """And nothing else."""
    Draft202012Validator.check_schema(written)

    assert fits(written, good)
    assert not fits(written, bad)


def test_a_reference_may_be_null() -> None:
    """By a choice of two, since nothing may stand beside a reference's meaning."""
    nullable = schema.or_null(schema.ref("Agent"))

    assert nullable == {"anyOf": [{"$ref": "#/components/schemas/Agent"}, {"type": "null"}]}


def test_words_for_people_are_left_out_where_there_are_none() -> None:
    """A description is never empty."""
    assert schema.text() == {"type": "string"}
    assert schema.text("A name.")["description"] == "A name."
