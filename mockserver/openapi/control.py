"""The document of the control API, made from the models of its questions and answers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mockserver.configuration.schema import SHORT_FORMS, add_short_form
from mockserver.control.live import EVENT_TYPE, LiveText
from mockserver.openapi.api import OPENAPI
from mockserver.openapi.operation import JSON, in_path
from mockserver.openapi.schema import Schema, array, fields, ref, text

if TYPE_CHECKING:
    from pydantic import BaseModel

    from mockserver.control.handlers.call import Call

ABOUT = """What steers a running mock server: its sandboxes, rules, keys, limits, budgets, clocks
and journals. Questions are closed to fields that they do not know, and no number is clamped;
whatever is wrong is a line in `errors`. Without a token it answers on loopback only. A path that
nothing has is 404, a method that a path does not have 405 with `Allow`."""

PATH_NAMES = {
    "sandbox": "The name of the sandbox; the first one is `default`, unless it was named.",
    "rule": "The id of the rule.",
    "key": "The id of the API key.",
    "budget": "The id of the budget.",
}

_ERRORS = {
    400: "The question is wrong",
    401: "The server listens beyond loopback, and its token is missing",
    403: "The caller is a page of another origin, or came by another name than localhost",
    404: "What the path names is not there",
    408: "The question was not sent to its end",
    409: "Not possible now",
    413: "The question is too large",
}
PLAIN = "text/plain"
"""What a call tells that tells a text."""

_PREFIX = "#/components/schemas/"

Calls = Mapping[tuple[str, str], "Call"]


def control_document(calls: Calls, url: str) -> dict[str, Any]:
    """The whole document of a control API that is served at ``url`` (which ends in ``/_mock``)."""
    types, definitions = _read_types(calls)
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), call in calls.items():
        operation = _operation(method, path, call, types)
        paths.setdefault(path, {})[method.lower()] = operation
    definitions["Errors"] = fields(
        {"errors": array(text(), "Each mistake: where, what, and the mend.")}, required=("errors",)
    )
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "pawa-mock control",
            "version": version("pawa-resilience"),
            "description": ABOUT,
        },
        "servers": [{"url": url}],
        "security": [{}, {"token": []}],
        "tags": [{"name": tag} for tag in sorted({_tag(path) for _, path in calls})],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                str(status): {
                    "description": told,
                    "content": {JSON: {"schema": ref("Errors")}},
                }
                for status, told in _ERRORS.items()
            },
            "schemas": definitions,
        },
    }


def _read_types(calls: Calls) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """The schema of each type that a call names, by its text, and what they have in common."""
    named = {
        repr(each): each
        for call in calls.values()
        for each in (call.told, call.asked, call.query)
        if each is not None
    }
    schemas, whole = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(each)) for name, each in named.items()],
        ref_template=_PREFIX + "{model}",
    )
    definitions: dict[str, Schema] = whole.get("$defs", {})
    for model, name, short in SHORT_FORMS:
        if model in definitions:
            add_short_form(definitions[model]["properties"][name], short)
    for schema in definitions.values():
        if "description" in schema:
            schema["description"] = _for_people(schema["description"])
    return {name: dict(schema) for (name, _), schema in schemas.items()}, definitions


def _for_people(told: str) -> str:
    """A docstring without the marks of its language."""
    return told.replace("``", "`").replace(":class:`~mockserver.journal.", "`")


def _tag(path: str) -> str:
    """What a call is about: the word behind the name of the sandbox."""
    parts = path.strip("/").split("/")
    return parts[2] if len(parts) > 2 else parts[0]


def _operation(method: str, path: str, call: Call, types: Mapping[str, Schema]) -> dict[str, Any]:
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    told: dict[str, Any] = {
        "operationId": _operation_id(path, call),
        "summary": call.summary,
        "tags": [_tag(path)],
        "parameters": [in_path(name, PATH_NAMES[name]) for name in named],
    }
    if call.query is not None:
        told["parameters"] += _queries(call.query)
    if call.asked is not None:
        schema = types[repr(call.asked)]
        if call.optional:
            schema = _with_optional(call.asked, call.optional)
        required = not _takes_nothing(call)
        told["requestBody"] = {"required": required, "content": {JSON: {"schema": schema}}}
    statuses = [400, 401, 403, 408, 413]
    statuses += [404] * bool(named) + [409] * (method != "GET" or len(named) > 1)
    kind = {str: PLAIN, LiveText: EVENT_TYPE}.get(call.told, JSON)
    done = {"description": "Done", "content": {kind: {"schema": types[repr(call.told)]}}}
    told["responses"] = {
        **{str(status): done for status in (call.status, *call.also)},
        **{str(status): ref(str(status), "responses") for status in sorted(statuses)},
    }
    return told


def _operation_id(path: str, call: Call) -> str:
    """The name of the handler; where one answers in two places, the longer path says so."""
    return f"{call.name}_by_id" if "{budget}" in path else call.name


def _queries(model: type[BaseModel]) -> list[Schema]:
    """The parameters of a query, one for each field of its model."""
    schema = model.model_json_schema(ref_template=_PREFIX + "{model}")
    return [
        {
            "name": name,
            "in": "query",
            "schema": _without_null(field),
            # Several words in one parameter stand behind one another, with commas.
            **({"style": "form", "explode": False} if field.get("type") == "array" else {}),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: Schema) -> Schema:
    """A field of a query, which is absent where it would be null."""
    options = [one for one in field.get("anyOf", ()) if one != {"type": "null"}]
    rest = {name: value for name, value in field.items() if name not in {"anyOf", "default"}}
    if len(options) == 1:
        return {**rest, **options[0]}
    return {**rest, "anyOf": options} if options else rest


def _with_optional(model: Any, names: tuple[str, ...]) -> Schema:
    """The schema of a model, of which some fields may be left out."""
    schema: Schema = TypeAdapter(model).json_schema(ref_template=_PREFIX + "{model}")
    schema.pop("$defs", None)
    return schema | {"required": [one for one in schema["required"] if one not in names]}


def _takes_nothing(call: Call) -> bool:
    """Whether an empty body asks something good, as an empty table does."""
    try:
        TypeAdapter(call.asked).validate_python({})
    except ValidationError:
        return False
    return True
