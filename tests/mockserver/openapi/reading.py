"""Reading the document of the API in tests: its operations, and validators for its schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mockserver.openapi.api import api_document
from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://127.0.0.1:8080/v1"


def document(**settings: Any) -> dict[str, Any]:
    """The document of a sandbox with these settings."""
    return api_document(SandboxSettings.model_validate(settings), URL)


def operation(told: dict[str, Any], name: str) -> dict[str, Any]:
    """The operation with that name."""
    return next(one for _, _, one in operations(told) if one["operationId"] == name)


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation of everything in a document."""
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            yield method.upper(), path, one


def body_schema(told: dict[str, Any], name: str, kind: str = "application/json") -> dict[str, Any]:
    """The schema of what an operation takes."""
    content: dict[str, Any] = operation(told, name)["requestBody"]["content"]
    schema: dict[str, Any] = content[kind]["schema"]
    return schema


def answer_schema(
    told: dict[str, Any], name: str, kind: str = "application/json"
) -> dict[str, Any]:
    """The schema of what an operation answers 200 with."""
    content: dict[str, Any] = operation(told, name)["responses"]["200"]["content"]
    schema: dict[str, Any] = content[kind]["schema"]
    return schema


def validator(told: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """What checks values against a schema that stands in a document."""
    resource = DRAFT202012.create_resource(told)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    return Draft202012Validator(_absolute(schema), registry=registry)


def _absolute(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: f"urn:document{inner}" if name == "$ref" else _absolute(inner)
            for name, inner in value.items()
        }
    return [_absolute(inner) for inner in value] if isinstance(value, list) else value


def taken(told: dict[str, Any], name: str, body: object, kind: str = "application/json") -> bool:
    """Whether the document says that an operation takes this body."""
    return validator(told, body_schema(told, name, kind)).is_valid(body)


def references(value: Any) -> set[str]:
    """Every reference in a document."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()
