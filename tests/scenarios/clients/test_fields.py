"""Reading JSON objects field by field."""

from __future__ import annotations

import pytest

from scenarios.clients.errors import FieldError
from scenarios.clients.fields import Fields, describe


def test_fields_are_read_by_type_and_absent_ones_are_none() -> None:
    """Null and absent are the same: the client does not say."""
    fields = Fields({"text": "a", "count": 2, "share": 0.5, "yes": True, "nothing": None}, "ok")

    assert fields.text("text") == "a"
    assert fields.integer("count") == 2
    assert (fields.number("count"), fields.number("share")) == (2, 0.5)
    assert fields.boolean("yes") is True
    assert fields.text("nothing") is None
    assert (fields.items("list"), fields.mapping("map"), fields.texts("texts")) == (None, None, ())
    fields.finish()


@pytest.mark.parametrize(
    ("method", "value", "words"),
    [
        ("text", 1, "a string, not a number 1"),
        ("integer", 1.5, "an integer, not a number 1.5"),
        ("integer", True, "an integer, not a boolean True"),
        ("number", "1", "a number, not a string '1'"),
        ("number", False, "a number, not a boolean False"),
        ("boolean", 1, "a boolean, not a number 1"),
        ("mapping", [], "an object, not a list"),
        ("items", {}, "a list, not an object"),
        ("texts", [1], "must hold strings, not a number 1"),
    ],
)
def test_a_wrong_type_is_refused_with_its_place(method: str, value: object, words: str) -> None:
    """The message says where, what was wanted, and what stood there."""
    with pytest.raises(FieldError) as caught:
        getattr(Fields({"it": value}, "ok"), method)("it")

    assert str(caught.value).startswith("ok.it must")
    assert words in str(caught.value)


def test_a_misspelt_field_is_refused() -> None:
    """The message names the one that is meant."""
    fields = Fields({"txet": "b"}, "ok")
    fields.text("text")

    with pytest.raises(FieldError, match=r"ok has the unknown field 'txet'; is 'text' meant?"):
        fields.finish()


def test_an_addition_of_the_adapters_own_is_ignored() -> None:
    """What resembles no field that is missing can be no misspelt fact."""
    fields = Fields({"text": "a", "texts": 3, "protocol": 1, "x_trace": {}}, "ok")

    assert fields.text("text") == "a"
    fields.finish()


def test_a_required_text_must_be_there_and_not_empty() -> None:
    """An empty name is no name."""
    with pytest.raises(FieldError, match="ok lacks 'name'"):
        Fields({"name": ""}, "ok").required_text("name")


def test_only_objects_have_fields() -> None:
    """Anything else is refused when reading begins."""
    with pytest.raises(FieldError, match="error must be an object, not null"):
        Fields(None, "error")


def test_long_values_are_not_repeated() -> None:
    """A message stays a line that a person reads."""
    assert describe("x" * 41) == "a string"
    assert describe("x") == "a string 'x'"
