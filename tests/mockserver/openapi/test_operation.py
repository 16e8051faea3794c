"""The parts that operations share."""

from __future__ import annotations

from jsonschema import Draft202012Validator

from mockserver.openapi import operation
from mockserver.openapi.schema import text


def test_an_answer_stands_in_the_envelope() -> None:
    """With its own message, and with no field more."""
    schema = operation.enveloped("Done", text())[operation.JSON]
    answer = {"success": True, "message": "Done", "data": "x"}

    assert Draft202012Validator(schema).is_valid(answer)
    assert not Draft202012Validator(schema).is_valid(answer | {"message": "done"})
    assert not Draft202012Validator(schema).is_valid(answer | {"code": 1})


def test_a_parameter_of_the_query_is_described_once() -> None:
    """Beside its schema, where pages look for it."""
    told = operation.in_query("search", text("Words."))

    assert told["description"] == "Words."
    assert told["schema"] == {"type": "string"}
    assert "required" not in told


def test_a_parameter_of_the_path_is_required() -> None:
    """And never empty, since then it would be another path."""
    told = operation.in_path("id", "The id.")

    assert told["required"] is True
    assert told["schema"]["minLength"] == 1


def test_files_are_bounded() -> None:
    """From one to so many."""
    schema = operation.files_of(2, "Files.")

    assert [Draft202012Validator(schema).is_valid(["x"] * n) for n in range(4)] == [
        False,
        True,
        True,
        False,
    ]
