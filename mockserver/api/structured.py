"""``response_format``: an answer that is JSON for a schema (pawa-api.md section 3.1).

Schemas of tools are read here too. ``strict`` is read and changes nothing: an answer is always
valid, unless ``max_tokens`` or ``stop`` cuts it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockserver.api.fields import BadRequest, Body, read_object, required_text
from mockserver.replies.instances import instance_of
from mockserver.replies.schemas import Schema, SchemaError, read_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS = ("text", "json_schema")

PLACE = "response_format.json_schema.schema"


def read_structure(body: Mapping[str, object]) -> Schema | None:
    """The schema that the answer must be valid for, or None for text. Raises BadRequest."""
    value = body.get("response_format")
    if value is None:
        return None
    told = read_object(value, "response_format")
    kind = required_text(told, "type", "response_format.")
    if kind not in FORMATS:
        raise BadRequest(f"response_format.type must be {' or '.join(FORMATS)}")
    if kind == "text":
        return None
    wanted = read_object(told.get("json_schema"), "response_format.json_schema")
    _check_name_and_strict(wanted)
    if "schema" not in wanted:
        raise BadRequest(f"{PLACE} is required")
    return schema_at(PLACE, wanted["schema"])


def schema_at(place: str, value: object) -> Schema:
    """A schema that stands at a place of the request. Raises BadRequest."""
    try:
        return read_schema(value)
    except SchemaError as error:
        raise _refusal(place, error) from None


def value_for(schema: Schema, seed: bytes, place: str) -> object:
    """A valid value, the same for the same seed. Raises BadRequest."""
    try:
        return instance_of(schema, seed)
    except SchemaError as error:
        raise _refusal(place, error) from None


def json_text(value: object) -> str:
    """A value as JSON text, its words apart so that it streams."""
    return json.dumps(value, ensure_ascii=False)


def _refusal(place: str, error: SchemaError) -> BadRequest:
    where = f" at {error.place}" if error.place else ""
    return BadRequest(f"{place}{where}: {error.reason}")


def _check_name_and_strict(wanted: Body) -> None:
    if not isinstance(wanted.get("name", ""), str):
        raise BadRequest("response_format.json_schema.name must be a string")
    if not isinstance(wanted.get("strict"), bool | None):
        raise BadRequest("response_format.json_schema.strict must be true or false")
