"""The document of the control API: every call, and valid as a document."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from mockserver.control.calls import Nothing
from mockserver.control.handlers import CALLS
from mockserver.control.handlers.call import Call, ControlCall, json_answer
from mockserver.openapi.control import control_document
from tests.mockserver.openapi.reading import operation, operations, references, validator

URL = "http://127.0.0.1:8080/_mock"
DOCUMENT = control_document(CALLS, URL)


def body_of(name: str) -> dict[str, Any]:
    """The schema of what a call asks."""
    schema: dict[str, Any] = operation(DOCUMENT, name)["requestBody"]["content"][
        "application/json"
    ]["schema"]
    return schema


def test_every_call_is_in_it() -> None:
    """And nothing else; each has a name of its own and a sentence."""
    told = list(operations(DOCUMENT))

    assert {(method, path) for method, path, _ in told} == set(CALLS)
    assert len({one["operationId"] for _, _, one in told}) == len(CALLS)
    assert [one["operationId"] for _, _, one in told if not one["summary"].endswith(".")] == []


def test_what_is_referred_to_is_there() -> None:
    """Of schemas and of errors."""
    known = {
        f"#/components/{kind}/{name}"
        for kind in ("responses", "schemas")
        for name in DOCUMENT["components"][kind]
    }

    assert references(DOCUMENT) - known == set()


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_a_schema(name: str) -> None:
    """By the metaschema of JSON Schema 2020-12."""
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_the_names_in_a_path_are_its_parameters() -> None:
    """Each of them, and no other."""
    for _, path, one in operations(DOCUMENT):
        named = [part["name"] for part in one["parameters"] if part["in"] == "path"]
        assert [f"{{{name}}}" for name in named] == [
            part for part in path.split("/") if part.startswith("{")
        ]


@pytest.mark.parametrize(
    ("name", "body", "good"),
    [
        ("add_rules", {"rules": [{"fault": {"kind": "noop"}}]}, True),
        ("add_rules", [{"fault": {"kind": "noop"}}], True),
        ("add_rules", {"fault": {"kind": "noop"}, "match": {"attempt": 2}}, True),
        ("add_rules", {"fault": {"kind": "rocket"}}, False),
        ("add_key", {"id": "new"}, True),
        ("add_key", {"key": "pawa-new"}, False),
        ("advance_clock", {"advance_s": -1}, False),
        ("open_sandbox", {"name": "lab", "limit_headers": "ietf"}, True),
        ("open_sandbox", {"name": "lab", "colour": "red"}, False),
        ("patch_settings", {"seed": 7, "budget": {"mode": "soft"}}, True),
        ("patch_settings", {"sead": 7}, False),
        ("patch_settings", {"name": "other"}, False),
        ("reset_budget_by_id", {"subject": "staging"}, True),
    ],
)
def test_a_question_is_taken_or_not(name: str, body: object, good: bool) -> None:
    """By the models that the server reads it with, in their short forms too."""
    assert validator(DOCUMENT, body_of(name)).is_valid(body) is good


def test_a_question_that_may_be_empty_is_not_required() -> None:
    """As an empty table asks nothing wrong."""
    required = {
        name: operation(DOCUMENT, name)["requestBody"]["required"]
        for name in ("block_key", "rotate_key", "top_up_by_id", "advance_clock", "add_rules")
    }

    assert not required["block_key"]
    assert not required["rotate_key"]
    assert required["top_up_by_id"]
    assert required["advance_clock"]
    assert required["add_rules"]


def test_the_fields_of_a_query_are_its_parameters() -> None:
    """None of them null; several words stand in one, with commas."""
    by_name = {one["name"]: one for one in operation(DOCUMENT, "show_usage")["parameters"]}
    waits = {one["name"]: one for one in operation(DOCUMENT, "show_journal")["parameters"]}

    assert by_name["by"]["explode"] is False
    assert by_name["since"]["schema"]["format"] == "date"
    assert waits["at_least"]["schema"] == {"type": "integer", "minimum": 1, "title": "At Least"}


async def tell(call: ControlCall) -> Any:
    """Tell something."""
    return json_answer({})


def test_texts_and_further_statuses_are_told() -> None:
    """Where a call says so."""

    class Choice(BaseModel):
        either: int | str | None = None

    calls = {
        ("GET", "/text"): Call(tell, told=str),
        ("GET", "/ready"): Call(tell, told=Nothing, query=Choice, also=(503,)),
    }
    told = control_document(calls, URL)
    text, ready = told["paths"]["/text"]["get"], told["paths"]["/ready"]["get"]

    assert list(text["responses"]["200"]["content"]) == ["text/plain"]
    assert ready["responses"]["503"] == ready["responses"]["200"]
    assert ready["parameters"][0]["schema"]["anyOf"] == [{"type": "integer"}, {"type": "string"}]
