"""One operation of the API, as its document tells it: what it takes, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.openapi.schema import Schema, fields, integer, shown, text

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json"
FORM = "multipart/form-data"

PAGE_MOST = 10**18 - 1
"""The largest number that a query may have (18 digits)."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an example: the field that it stands in, its name, its type and its bytes."""

    field: str
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Example:
    """A request that is really made, in a test, for the answer that stands beside it.

    ``body`` is sent as JSON; with ``files`` as a form. ``path`` fills the names in the path.
    """

    name: str = "plain"
    summary: str = ""
    body: Mapping[str, Any] | None = None
    files: tuple[File, ...] = ()
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of an endpoint.

    ``name`` is that of the endpoint. ``bodies`` has a schema for each media type that it takes,
    ``answers`` one for each that it answers 200 with. ``errors`` are the statuses that not every
    endpoint has. ``links`` lead from an answer to operations that take its id, by parameter.
    """

    name: str
    summary: str
    tag: str
    answers: Mapping[str, Schema]
    bodies: Mapping[str, Schema] = field(default_factory=dict)
    body_required: bool = True
    encoding: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Schema, ...] = ()
    description: str = ""
    errors: tuple[int, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    examples: tuple[Example, ...] = (Example(),)


def enveloped(message: str, data: Schema) -> dict[str, Schema]:
    """The 200 answer in Pawa's envelope, with its documented message."""
    envelope: dict[str, Schema] = {
        "success": {"const": True},
        "message": {"const": message},
        "data": data,
    }
    return {JSON: shown(envelope)}


def about_one(
    name: str,
    summary: str,
    tag: str,
    answers: Mapping[str, Schema],
    *parameters: Schema,
    bodies: Mapping[str, Schema] | None = None,
    example: Mapping[str, Any] | None = None,
) -> Operation:
    """An operation on what its path names: 404 where there is none.

    Its example asks for the first of each, with the body ``example``.
    """
    first = {one["name"]: "1" for one in parameters if one["in"] == "path"}
    return Operation(
        name,
        summary,
        tag,
        answers,
        bodies={} if bodies is None else bodies,
        parameters=parameters,
        errors=(404,),
        examples=(Example(body=example, path=first),),
    )


def by_new_id(*names: str) -> dict[str, dict[str, str]]:
    """Links from an answer that shows something new to the operations that take its id."""
    return {name: {"id": "$response.body#/data/id"} for name in names}


NOTHING: Schema = {"type": "null"}
"""The ``data`` of a deletion."""


def in_path(name: str, told: str) -> Schema:
    """A parameter in the path."""
    schema = text(minLength=1)
    return {"name": name, "in": "path", "required": True, "description": told, "schema": schema}


def in_query(name: str, schema: Schema) -> Schema:
    """A parameter of the query; never required."""
    told = schema.get("description", "")
    bare = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": "query", "description": told, "schema": bare}


PAGING = (
    in_query("page", integer("Which page, from 1.", 1, PAGE_MOST)),
    in_query("limit", integer("Rows on a page; all of them without it.", 1, PAGE_MOST)),
)

BINARY: Schema = {"type": "string", "format": "binary"}


def files_of(most: int, told: str) -> Schema:
    """A field that holds from one to so many files."""
    return {
        "type": "array",
        "items": {**BINARY, "minLength": 1},
        "minItems": 1,
        "maxItems": most,
        "description": told,
    }


def usage_of() -> Schema:
    """The tokens that a request was counted."""
    return fields(
        {"tokens_in": {"type": "integer", "minimum": 0}, "tokens_out": {"type": "integer"}},
        required=("tokens_in", "tokens_out"),
        closed=True,
    )
