"""Reading fields: what is accepted, and that each mistake names its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.api import fields
from mockserver.api.fields import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

Body = dict[str, object]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: fields.read_object([1]), "body must be a JSON object"),
        (lambda: fields.required_text({}, "model"), "model is required"),
        (lambda: fields.required_text({"model": 1}, "model"), "model must be a string"),
        (lambda: fields.required_text({"model": ""}, "model"), "model must not be empty"),
        (lambda: fields.optional_text({"lang": []}, "lang"), "lang must be a string"),
        (lambda: fields.optional_flag({"stream": 1}, "stream"), "stream must be true or false"),
        (lambda: fields.check_number({"top_p": "1"}, "top_p", 0, 1), "top_p must be a number"),
        (lambda: fields.check_number({"top_p": True}, "top_p", 0, 1), "top_p must be a number"),
        (lambda: fields.check_number({"t": 2.1}, "t", 0, 2), "t must be between 0 and 2"),
        (lambda: fields.optional_integer({"seed": 1.5}, "seed"), "seed must be an integer"),
        (lambda: fields.optional_integer({"seed": True}, "seed"), "seed must be an integer"),
        (lambda: fields.optional_integer({"n": 0}, "n", at_least=1), "n must be at least 1"),
        (lambda: fields.optional_list({"tools": {}}, "tools"), "tools must be an array"),
        (lambda: fields.check_object({"rag": 1}, "rag"), "rag must be a JSON object"),
        (
            lambda: fields.check_known({"a": 1, "zz": 2}, frozenset({"a"})),
            "zz is not a field of this request",
        ),
        (
            lambda: fields.check_model("x", ("a", "b")),
            "model 'x' is unknown here; this endpoint has a, b",
        ),
    ],
)
def test_a_mistake_names_its_field(read: Callable[[], object], message: str) -> None:
    """Each refusal is one line that names the field."""
    with pytest.raises(BadRequest) as caught:
        read()

    assert str(caught.value) == message


def test_null_is_as_good_as_absent_for_what_is_optional() -> None:
    """A client may send null for what it does not set."""
    body: Body = dict.fromkeys(("a", "b", "c", "d", "e", "f"))

    assert fields.optional_text(body, "a") == ""
    assert fields.optional_flag(body, "b") is False
    assert fields.optional_integer(body, "c") is None
    assert fields.optional_list(body, "d") == []
    fields.check_number(body, "e", 0, 1)
    fields.check_object(body, "f")


def test_an_integer_may_be_written_with_a_point() -> None:
    """JSON tells no 5.0 from 5; what 64 bits do not hold is a float to its reader."""
    assert fields.optional_integer({"n": 5.0}, "n", at_least=5) == 5
    assert fields.whole(2**64 - 1) == 2**64 - 1
    assert [fields.whole(value) for value in (2.5, 1e300, float(2**64), True, "5")] == [None] * 5


def test_values_in_range_are_taken() -> None:
    """The ends of a range belong to it."""
    fields.check_number({"t": 0}, "t", 0, 2)
    fields.check_number({"t": 2.0}, "t", 0, 2)

    assert fields.optional_integer({"n": 1}, "n", at_least=1) == 1
    assert fields.required_text({"a": "x"}, "a") == "x"
