"""The document of the API, as one sandbox speaks it: its address, its models, its bounds."""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mockserver.api import envelope
from mockserver.api.routes import ENDPOINTS
from mockserver.openapi import agents, chat, knowledge_bases, media, messages, models
from mockserver.openapi.operation import FORM, JSON
from mockserver.openapi.schema import Schema, ref, shown, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.api.endpoint import Endpoint
    from mockserver.openapi.operation import Example, Operation
    from mockserver.settings import SandboxSettings

OPENAPI = "3.1.0"
TOPICS = (chat, agents, knowledge_bases, models, media)
"""The modules that tell the operations."""

ANYWHERE = (400, 401, 403, 408, 413, 429)
"""What any endpoint may answer when it does not do what it was asked for."""

ABOUT = """The Pawa AI API as this mock speaks it, made from the settings of the sandbox.

It is healthy here: what rules of the sandbox make go wrong on purpose is not described, and neither
are the 404 of a path that nothing has and the 405 (with `Allow`) of a method that a path does not
have, both in the envelope of the other errors. Fields that a request has beyond those described are
ignored, unless a schema says otherwise; the `Content-Type` of JSON is not looked at. An optional
field that is null counts as absent."""

_HEADERS = {"X-Request-Id": ref("RequestId", "headers")}


def api_document(settings: SandboxSettings, url: str) -> dict[str, Any]:
    """The whole document of a sandbox that is served at ``url`` (which ends in ``/v1``)."""
    told = operations(settings)
    examples = recorded()
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        operation = told[endpoint.name]
        by_method = paths.setdefault(endpoint.path, {})
        by_method[endpoint.method.lower()] = _operation(endpoint, operation, settings, examples)
    schemas: dict[str, Schema] = {"Failure": _failure(), **messages.schemas()}
    for topic in TOPICS:
        schemas |= topic.schemas()
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Pawa AI (mock)",
            "version": version("pawa-resilience"),
            "description": ABOUT,
        },
        "servers": [{"url": url, "description": f"Sandbox {settings.name}"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in told.values())],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "headers": _headers(),
            "responses": _responses(settings),
            "schemas": schemas,
        },
    }


def operations(settings: SandboxSettings) -> dict[str, Operation]:
    """Every operation by the name of its endpoint."""
    return {one.name: one for topic in TOPICS for one in topic.operations(settings)}


def recorded() -> Mapping[str, Any]:
    """What the mock answered to the examples, by operation and example.

    ``tests/mockserver/openapi/test_api.py`` asks it all again.
    """
    told: Mapping[str, Any] = json.loads(
        files("mockserver.openapi").joinpath("answers.json").read_text("utf-8")
    )
    return told


def _operation(
    endpoint: Endpoint,
    operation: Operation,
    settings: SandboxSettings,
    examples: Mapping[str, Any],
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": operation.summary,
        "tags": [operation.tag],
    }
    if operation.description:
        told["description"] = operation.description
    if operation.parameters:
        told["parameters"] = list(operation.parameters)
    if operation.bodies:
        told["requestBody"] = _request_body(operation)
    answer: dict[str, Any] = {
        "description": "Done",
        "headers": _HEADERS,
        "content": {
            kind: {"schema": schema, **_answers_to(operation, kind, examples)}
            for kind, schema in operation.answers.items()
        },
    }
    if operation.links:
        answer["links"] = {
            name.replace(".", "-"): {"operationId": name, "parameters": dict(parameters)}
            for name, parameters in operation.links.items()
        }
    statuses = sorted({*ANYWHERE, *(_spelled(status, settings) for status in operation.errors)})
    told["responses"] = {"200": answer} | {
        str(status): ref(str(status), "responses") for status in statuses
    }
    return told


def _spelled(status: int, settings: SandboxSettings) -> int:
    """The status of a spent budget is a setting."""
    return _budget_status(settings) if status == 402 else status


def _budget_status(settings: SandboxSettings) -> int:
    return 402 if settings.budget is None else settings.budget.spelling


def _request_body(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind, schema in operation.bodies.items():
        content[kind] = {"schema": schema}
        examples = {
            one.name: {"summary": one.summary or operation.summary, "value": one.body}
            for one in operation.examples
            if one.body is not None and not one.files and kind == JSON
        }
        if examples:
            content[kind]["examples"] = examples
        if kind == FORM and operation.encoding:
            content[kind]["encoding"] = {
                field: {"contentType": types} for field, types in operation.encoding.items()
            }
    return {"required": operation.body_required, "content": content}


def _answers_to(
    operation: Operation, kind: str, recorded_answers: Mapping[str, Any]
) -> dict[str, Any]:
    answers = recorded_answers.get(operation.name, {})
    examples = {
        example.name: {"summary": example.summary or operation.summary, "value": answer["body"]}
        for example in operation.examples
        for answer in [answers.get(example.name)]
        if answer is not None and answer["type"] == kind and answer["body"] is not None
    }
    return {"examples": examples} if examples else {}


def _failure() -> Schema:
    return shown(
        {
            "success": {"const": False},
            "message": text("Says what is wrong, and names the field where it is one."),
            "code": text("`budget_exceeded` where a budget is spent; absent otherwise."),
            "data": {"type": "null"},
        },
        optional=("code",),
    )


def _headers() -> dict[str, Any]:
    return {
        "RequestId": {
            "description": "Fresh for every answer; the journal knows it.",
            "schema": text(),
        },
        "RetryAfter": {"description": "Seconds, or an HTTP date.", "schema": text()},
        "Challenge": {"description": "RFC 9110 section 11.6.1.", "schema": text()},
    }


def _responses(settings: SandboxSettings) -> dict[str, Any]:
    """Every error that an endpoint may answer with, by its status."""
    more = {401: {"WWW-Authenticate": ref("Challenge", "headers")}}
    more[429] = {"Retry-After": ref("RetryAfter", "headers")}
    statuses = sorted({*ANYWHERE, _budget_status(settings), 404, 415})
    return {
        str(status): {
            "description": envelope.STATUS_MESSAGES[status],
            "headers": _HEADERS | more.get(status, {}),
            "content": {JSON: {"schema": ref("Failure")}},
        }
        for status in statuses
    }


def example_path(endpoint: Endpoint, example: Example) -> str:
    """The path of an example, its names filled in."""
    return endpoint.path.format(**example.path)
