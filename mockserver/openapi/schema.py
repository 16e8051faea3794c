"""Short ways to write the JSON Schemas (2020-12) that OpenAPI 3.1 is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.api.fields import LARGEST_INTEGER, SMALLEST_INTEGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Schema = dict[str, Any]

ANYTHING: Schema = {}
TIME: Schema = {"type": "string", "format": "date-time"}


def text(told: str = "", **more: Any) -> Schema:
    """A string."""
    return _told({"type": "string", **more}, told)


def some_text(told: str = "", **more: Any) -> Schema:
    """A string that is not empty."""
    return text(told, minLength=1, **more)


def words(known: Iterable[str], told: str = "") -> Schema:
    """One of some words."""
    return text(told, enum=list(known))


def flag(told: str = "") -> Schema:
    """True or false."""
    return _told({"type": "boolean"}, told)


def number(low: float, high: float, told: str = "") -> Schema:
    """A number from ``low`` to ``high``."""
    return _told({"type": "number", "minimum": low, "maximum": high}, told)


def integer(told: str = "", low: int = SMALLEST_INTEGER, high: int = LARGEST_INTEGER) -> Schema:
    """An integer from ``low`` to ``high``."""
    return _told({"type": "integer", "minimum": low, "maximum": high}, told)


def count(told: str = "") -> Schema:
    """An integer of an answer that is never negative."""
    return _told({"type": "integer", "minimum": 0}, told)


def array(items: Schema, told: str = "", **more: Any) -> Schema:
    """An array of one kind of items."""
    return _told({"type": "array", "items": items, **more}, told)


def anything_of(*schemas: Schema, told: str = "") -> Schema:
    """Whatever fits at least one of some schemas."""
    return _told({"anyOf": list(schemas)}, told)


def fields(
    properties: Mapping[str, Schema],
    *,
    required: Iterable[str] = (),
    told: str = "",
    closed: bool = False,
) -> Schema:
    """An object of a request; ``closed`` to fields that it does not name."""
    schema: Schema = {"type": "object", "properties": dict(properties)}
    if required := list(required):
        schema["required"] = required
    if closed:
        schema["additionalProperties"] = False
    return _told(schema, told)


def form(
    properties: Mapping[str, Schema],
    *,
    required: Iterable[str] = (),
    told: str = "",
    closed: bool = False,
) -> Schema:
    """A form of a request: like an object, and each of its parts has a name."""
    schema = fields(properties, required=required, told=told, closed=closed)
    return schema if closed else {**schema, "propertyNames": {"minLength": 1}}


def shown(properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> Schema:
    """An object of an answer: everything is there but what is ``optional``, and nothing else."""
    may_lack = set(optional)
    return fields(
        properties, required=[name for name in properties if name not in may_lack], closed=True
    )


def or_null(schema: Schema) -> Schema:
    """The same, or null, which counts as absent."""
    if "$ref" in schema or "anyOf" in schema:
        told = schema.get("description", "")
        bare = {name: value for name, value in schema.items() if name != "description"}
        return anything_of(bare, {"type": "null"}, told=told)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    nullable = {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


def ref(name: str, kind: str = "schemas") -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def _told(schema: Schema, told: str) -> Schema:
    return {**schema, "description": told} if told else schema
