"""The document of the API: complete, valid, and about the sandbox that it is asked of."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from mockserver.api.routes import ENDPOINTS
from mockserver.openapi.api import operations as operations_of
from mockserver.settings import SandboxSettings
from tests.mockserver.openapi.reading import (
    URL,
    document,
    operation,
    operations,
    references,
    validator,
)

DOCUMENT = document()
ANSWERED = [
    (name, kind, example)
    for _, _, one in operations(DOCUMENT)
    for name in [one["operationId"]]
    for kind, content in one["responses"]["200"]["content"].items()
    for example in content.get("examples", {})
]


def test_every_endpoint_is_in_it() -> None:
    """And nothing else; ids are the names of the endpoints."""
    told = {(method, path, one["operationId"]) for method, path, one in operations(DOCUMENT)}

    assert told == {(one.method, one.path, one.name) for one in ENDPOINTS}
    assert set(operations_of(SandboxSettings())) == {one.name for one in ENDPOINTS}


def test_it_is_of_one_sandbox() -> None:
    """At its address, under its name, with a key as its only security."""
    told = document(name="lab")

    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": URL, "description": "Sandbox lab"}]
    assert told["security"] == [{"key": []}]
    assert told["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


def test_what_is_referred_to_is_there() -> None:
    """And whatever stands among the components is used."""
    parts = DOCUMENT["components"]
    known = {
        f"#/components/{kind}/{name}"
        for kind in ("headers", "responses", "schemas")
        for name in parts[kind]
    }

    assert known - references(DOCUMENT) == {"#/components/schemas/ChatChunk"}
    assert references(DOCUMENT) - known == set()


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_a_schema(name: str) -> None:
    """By the metaschema of JSON Schema 2020-12."""
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_the_names_in_a_path_are_its_parameters() -> None:
    """Each of them, and no other."""
    for _, path, one in operations(DOCUMENT):
        named = [part["name"] for part in one.get("parameters", ()) if part["in"] == "path"]
        assert [f"{{{name}}}" for name in named] == [
            part for part in path.split("/") if part.startswith("{")
        ]


@pytest.mark.parametrize(("name", "kind", "example"), ANSWERED)
def test_an_answer_of_the_examples_is_as_its_schema_says(
    name: str, kind: str, example: str
) -> None:
    """They are what the mock answered."""
    content = operation(DOCUMENT, name)["responses"]["200"]["content"][kind]

    validator(DOCUMENT, content["schema"]).validate(content["examples"][example]["value"])


def test_a_request_of_the_examples_is_as_its_schema_says() -> None:
    """They are what the mock was asked."""
    for _, _, one in operations(DOCUMENT):
        for content in one.get("requestBody", {"content": {}})["content"].values():
            for example in content.get("examples", {}).values():
                validator(DOCUMENT, content["schema"]).validate(example["value"])


def test_a_spent_budget_is_spelled_as_in_the_settings() -> None:
    """402, unless they say otherwise; only where something is charged."""
    told = document(budget={"limit_units": 1, "spelling": 403})

    assert "402" in operation(DOCUMENT, "chat")["responses"]
    assert "402" not in operation(DOCUMENT, "agents.list")["responses"]
    assert "402" not in operation(told, "chat")["responses"]
    assert "402" not in told["components"]["responses"]
