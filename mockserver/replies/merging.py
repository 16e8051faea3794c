"""Two JSON Schemas as one that asks for both: the ground of ``allOf``, ``$ref`` and choices.

The schemas here are flat: no ``allOf``, ``anyOf``, ``oneOf``, ``$ref`` or ``if`` of their own
(those inside properties and items stay). Where two words cannot be made one (two patterns), the
first is kept: whoever builds a value tests it against the schema as it was written.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.replies.schemas import Node

Flat = dict[str, Any]

_OBJECT_WORDS = ("properties", "patternProperties", "additionalProperties")


class Unsatisfiable(ValueError):  # noqa: N818 - what is said of the schema
    """No value can be valid, or none was found; the message says what stands against it."""


def merged(first: Flat, second: Flat) -> Flat:
    """A schema that is satisfied by what satisfies both. Raises Unsatisfiable."""
    both = {**second, **first}
    for word in first.keys() & second.keys():
        join = _JOINS.get(word)
        if join is not None:
            both[word] = join(first[word], second[word])
    if any(word in both for word in _OBJECT_WORDS):
        both.update(_merged_properties(first, second))
    return both


def parts_of(schema: Flat, name: str) -> list[Node]:
    """What a schema asks of a property: by its name, by patterns, or else as an additional one."""
    parts: list[Node] = []
    if name in schema.get("properties", {}):
        parts.append(schema["properties"][name])
    parts += [
        part
        for pattern, part in schema.get("patternProperties", {}).items()
        if re.search(pattern, name)
    ]
    if not parts and "additionalProperties" in schema:
        parts.append(schema["additionalProperties"])
    return parts


def all_of(parts: Iterable[Node]) -> Node:
    """One schema that asks for all of some."""
    wanted = [part for part in parts if part is not True and part != {}]
    if not wanted:
        return True
    return wanted[0] if len(wanted) == 1 else {"allOf": wanted}


def canonical(value: object) -> str:
    """The same text for the same JSON value: 1 and 1.0 are one, 1 and true are two."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value


def _merged_properties(first: Flat, second: Flat) -> Flat:
    names = dict.fromkeys((*first.get("properties", {}), *second.get("properties", {})))
    both: Flat = {}
    if names:
        both["properties"] = {
            name: all_of((*parts_of(first, name), *parts_of(second, name))) for name in names
        }
    patterns: dict[str, list[Node]] = {}
    for schema in (first, second):
        for pattern, part in schema.get("patternProperties", {}).items():
            patterns.setdefault(pattern, []).append(part)
    if patterns:
        both["patternProperties"] = {name: all_of(parts) for name, parts in patterns.items()}
    rest = [
        schema["additionalProperties"]
        for schema in (first, second)
        if "additionalProperties" in schema
    ]
    if rest:
        both["additionalProperties"] = False if False in rest else all_of(rest)
    return both


def _common_types(first: object, second: object) -> list[str]:
    mine, yours = types_of(first), types_of(second)
    common = [kind for kind in mine if kind in yours]
    common += [
        "integer"
        for one, other in ((mine, yours), (yours, mine))
        if "integer" in one and "number" in other and "integer" not in common
    ]
    if not common:
        raise Unsatisfiable(f"no type is both {' or '.join(mine)} and {' or '.join(yours)}")
    return common


def types_of(written: object) -> list[str]:
    """The types of a ``type``, written as one or as several."""
    return [written] if isinstance(written, str) else list(written)  # type: ignore[call-overload]


def _common_values(first: list[Any], second: list[Any]) -> list[Any]:
    known = {canonical(value) for value in second}
    common = [value for value in first if canonical(value) in known]
    if not common:
        raise Unsatisfiable("no value stands in both lists of values")
    return common


def _common_multiple(first: float, second: float) -> float:
    if isinstance(first, int) and isinstance(second, int):
        return math.lcm(first, second)
    return first


def _both(first: Node, second: Node) -> Node:
    return all_of((first, second))


def _union(first: list[str], second: list[str]) -> list[str]:
    return list(dict.fromkeys((*first, *second)))


def _either(first: Node, second: Node) -> Node:
    return {"anyOf": [first, second]}


def _dependent(first: Flat, second: Flat) -> Flat:
    return {**second, **first}


_JOINS: dict[str, Callable[[Any, Any], Any]] = {
    "type": _common_types,
    "enum": _common_values,
    "required": _union,
    "multipleOf": _common_multiple,
    "items": _both,
    "propertyNames": _both,
    "not": _either,
    "uniqueItems": lambda first, second: first or second,
    "dependentRequired": _dependent,
    "dependentSchemas": _dependent,
    **dict.fromkeys(
        ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"),
        max,
    ),
    **dict.fromkeys(
        ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"),
        min,
    ),
}
