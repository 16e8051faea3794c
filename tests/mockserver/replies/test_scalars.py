"""Strings and numbers for a schema."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.replies.merging import Unsatisfiable
from mockserver.replies.scalars import number_for, text_for

SEEDS = st.integers(0, 2**32)


def valid(schema: Any, value: object) -> bool:
    return Draft202012Validator(
        schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    ).is_valid(value)


@given(SEEDS, st.integers(0, 400), st.integers(0, 400))
def test_a_text_has_the_length_that_is_asked_for(seed: int, least: int, more: int) -> None:
    """In words where there is room."""
    schema = {"type": "string", "minLength": least, "maxLength": least + more}

    assert valid(schema, text_for(schema, random.Random(seed)))


@given(SEEDS, st.integers(0, 40))
def test_a_pattern_and_a_length_go_together(seed: int, least: int) -> None:
    """The open repeats of the pattern are stretched."""
    schema = {"type": "string", "pattern": "^[a-f]+(-[0-9]+)*$", "minLength": least}

    assert valid(schema, text_for(schema, random.Random(seed)))


@given(SEEDS)
def test_what_has_to_lie_ahead_does(seed: int) -> None:
    """As in the patterns that people write for passwords."""
    pattern = r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,20}$"
    schema = {"type": "string", "pattern": pattern}

    assert valid(schema, text_for(schema, random.Random(seed)))


@pytest.mark.parametrize(
    "name",
    [
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uuid",
        "json-pointer",
        "regex",
    ],
)
@given(seed=SEEDS)
def test_a_format_is_kept_to(name: str, seed: int) -> None:
    """As far as the validator knows it."""
    schema = {"type": "string", "format": name}
    text = text_for(schema, random.Random(seed))

    assert valid(schema, text)
    assert " " not in text


def test_a_length_that_a_format_cannot_have_wins_over_it() -> None:
    """A format is an annotation (JSON Schema 2020-12 section 7.2); a length is not."""
    assert len(text_for({"format": "uuid", "maxLength": 3}, random.Random(0))) <= 3


@given(
    seed=SEEDS,
    low=st.integers(-50, 50) | st.floats(-50, 50),
    span=st.integers(0, 60) | st.floats(0, 60),
    words=st.sampled_from(
        [("minimum", "maximum"), ("exclusiveMinimum", "maximum"), ("minimum", "exclusiveMaximum")]
    ),
    step=st.none() | st.sampled_from([1, 3, 0.5, 0.1, 0.01]),
    whole=st.booleans(),
)
def test_a_number_lies_in_its_range(
    *, seed: int, low: float, span: float, words: tuple[str, str], step: float | None, whole: bool
) -> None:
    """Whatever the bounds, the step and the type; where nothing fits, that is said."""
    schema: dict[str, Any] = {"type": "integer" if whole else "number"}
    schema[words[0]], schema[words[1]] = low, low + span
    if step is not None:
        schema["multipleOf"] = step
    try:
        value = number_for(schema, random.Random(seed), whole=whole)
    except Unsatisfiable:
        assume(False)

    assert valid(schema, value)
    assert isinstance(value, int) or not whole


@given(SEEDS, st.integers(-1000, 1000), st.integers(2, 100))
def test_a_number_is_found_wherever_there_is_one(seed: int, low: int, span: int) -> None:
    """A range of three whole numbers has one inside, whichever ends are shut."""
    schema = {"exclusiveMinimum": low, "exclusiveMaximum": low + span}

    assert low < number_for(schema, random.Random(seed), whole=True) < low + span
    assert low < number_for(schema, random.Random(seed), whole=False) < low + span


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"minimum": 5, "maximum": 3}, "no number is at least 5 and at most 3"),
        ({"exclusiveMinimum": 3, "exclusiveMaximum": 4}, "no number was found"),
        ({"minimum": 4, "maximum": 5, "multipleOf": 3}, "no number was found"),
    ],
)
def test_an_empty_range_is_said(schema: Any, reason: str) -> None:
    """For whole numbers."""
    with pytest.raises(Unsatisfiable, match=reason):
        number_for(schema, random.Random(0), whole=True)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"minLength": 5, "maxLength": 3}, "minLength 5 is over maxLength 3"),
        ({"minLength": 10**9}, "more than this mock writes"),
        ({"pattern": "^a$", "minLength": 2}, "no string of that length was found"),
        ({"pattern": "a{9999999}"}, "too long"),
    ],
)
def test_an_impossible_text_is_said(schema: Any, reason: str) -> None:
    """With what stands against it."""
    with pytest.raises(Unsatisfiable, match=reason):
        text_for(schema, random.Random(0))
