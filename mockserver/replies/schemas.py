"""JSON Schemas as callers send them: checked, bounded, and closed to references that lead outside.

A schema is read by its ``$schema`` (draft 3 to 2020-12; the last without one). References stay
inside the schema: nothing is ever fetched.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema
import orjson
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = dict[str, Any] | bool
"""A schema, or a schema inside one."""

Place = tuple[str | int, ...]

MOST_BYTES = 100_000
"""The largest schema that is read, as compact JSON."""

_ONE = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
]
_SEVERAL = ["allOf", "anyOf", "items", "oneOf", "prefixItems"]
_NAMED = [
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
]
_REFERENCES = ("$ref", "$dynamicRef")


class SchemaError(ValueError):
    """A schema that cannot be used: where (``properties.age``; empty for the whole), and why."""

    def __init__(self, place: Place, reason: str) -> None:
        self.place = spelled(place)
        self.reason = reason
        super().__init__(f"{self.place}: {reason}" if self.place else reason)


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """A good schema, with what building a value for it needs.

    ``heights`` has, by identity, how deep the flattest value for each schema inside is nested;
    infinite where every value would hold another of its own kind.
    """

    root: Node
    validator: Any
    heights: dict[int, float]

    def is_valid(self, value: object, node: Node | None = None) -> bool:
        """Whether a value is valid for the schema, or for one inside it."""
        judge = self.validator if node is None else self.validator.evolve(schema=node)
        return bool(judge.is_valid(value))

    def resolve(self, reference: str) -> Node:
        """What ``#``, ``#/pointer`` or ``#anchor`` names. LookupError: nothing."""
        return _resolve(self.root, reference)

    def height(self, node: Node) -> float:
        """How deep a value for a schema inside must be nested at least."""
        return self.heights.get(id(node), 0.0)


def read_schema(value: object) -> Schema:
    """Check a schema. Raises SchemaError."""
    if not isinstance(value, dict | bool):
        raise SchemaError((), "must be a JSON object")
    try:
        written = orjson.dumps(value)
    except (orjson.JSONEncodeError, TypeError):
        written = json.dumps(value).encode()
    if len(written) > MOST_BYTES:
        raise SchemaError((), f"has {len(written)} bytes; {MOST_BYTES} are the most that is read")
    return _read(written)


def spelled(place: Place) -> str:
    """``("properties", "a", "anyOf", 0)`` as ``properties.a.anyOf[0]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def inner(node: Node) -> Iterator[tuple[Place, Node]]:
    """The schemas directly inside one, each with its place."""
    if not isinstance(node, dict):
        return
    for word in _ONE:
        if isinstance(node.get(word), dict | bool):
            yield (word,), node[word]
    for word in _SEVERAL:
        if isinstance(node.get(word), list):
            yield from (((word, index), each) for index, each in enumerate(node[word]))
    for word in _NAMED:
        if isinstance(node.get(word), dict):
            for name, each in node[word].items():
                if isinstance(each, dict | bool):
                    yield (word, name), each


@lru_cache(maxsize=256)
def _read(written: bytes) -> Schema:
    root = json.loads(written)
    kind = validator_for(root, default=Draft202012Validator)
    try:
        kind.check_schema(root)
        nodes = list(_walk((), root))
    except jsonschema.SchemaError as error:
        raise SchemaError(tuple(error.absolute_path), _short(error.message)) from None
    except RecursionError:
        raise SchemaError((), "is nested too deeply") from None
    for place, node in nodes:
        _check_node(place, node, root)
    heights = _heights(root, [node for _, node in nodes if isinstance(node, dict)])
    if math.isinf(heights.get(id(root), 0.0)):
        raise SchemaError((), "cannot be satisfied: every value would hold another without end")
    return Schema(root, kind(root, registry=Registry()), heights)


def _walk(place: Place, node: Node) -> Iterator[tuple[Place, Node]]:
    yield place, node
    for step, each in inner(node):
        yield from _walk((*place, *step), each)


def _check_node(place: Place, node: Node, root: Node) -> None:
    """References lead somewhere inside; patterns can be read."""
    if not isinstance(node, dict):
        return
    if place and ("$id" in node or ("id" in node and "$ref" in node)):
        raise SchemaError((*place, "$id"), "a name of its own inside a schema is not followed")
    for word in _REFERENCES:
        if word in node:
            try:
                _resolve(root, node[word])
            except LookupError as error:
                raise SchemaError((*place, word), str(error.args[0])) from None
    patterns = [("pattern", node.get("pattern"))]
    patterns += [("patternProperties", name) for name in node.get("patternProperties") or ()]
    for word, pattern in patterns:
        try:
            re.compile(pattern or "")
        except (re.error, OverflowError, RecursionError) as error:
            raise SchemaError((*place, word), f"cannot read the pattern: {error}") from None


def _resolve(root: Node, reference: str) -> Node:
    if not reference.startswith("#"):
        raise LookupError(f"{_short(reference)} leads outside; only #/… inside the schema is read")
    if reference[1:2] not in ("", "/"):
        found = [each for _, each in _walk((), root) if _anchor(each) == reference[1:]]
        if found:
            return found[0]
        raise LookupError(f"{_short(reference)} names nothing in the schema")
    here: Any = root
    for part in unquote(reference[1:]).split("/")[1:]:
        step = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and step in here:
            here = here[step]
        elif isinstance(here, list) and step.isdecimal() and int(step) < len(here):
            here = here[int(step)]
        else:
            raise LookupError(f"{_short(reference)} names nothing in the schema")
    if isinstance(here, dict | bool):
        return here
    raise LookupError(f"{_short(reference)} names something that is no schema")


def _anchor(node: Node) -> object:
    if not isinstance(node, dict):
        return None
    return node.get("$anchor", node.get("$dynamicAnchor"))


def _heights(root: Node, nodes: list[dict[str, Any]]) -> dict[int, float]:
    """The least fixed point: heights fall from infinity until none falls any more."""
    heights: dict[int, float] = {id(node): math.inf for node in nodes}
    falls = True
    while falls:
        falls = False
        for node in nodes:
            height = _height(node, root, heights)
            if height < heights[id(node)]:
                heights[id(node)] = height
                falls = True
    return heights


def _height(node: dict[str, Any], root: Node, heights: dict[int, float]) -> float:
    if "const" in node or "enum" in node:
        return 0.0

    def known(each: Node) -> float:
        return heights.get(id(each), 0.0)

    needs = [0.0, *(known(each) for each in node.get("allOf", ()))]
    needs += [known(_resolve(root, node[word])) for word in _REFERENCES if word in node]
    for word in ("anyOf", "oneOf"):
        if node.get(word):
            needs.append(min(known(each) for each in node[word]))
    types = node.get("type", ())
    types = {types} if isinstance(types, str) else set(types)
    if not types or types <= {"object", "array"}:
        properties = node.get("properties", {})
        required = node.get("required", ())
        if isinstance(required, list) and types != {"array"}:
            needs += [1 + known(properties[name]) for name in required if name in properties]
        least, items = node.get("minItems", 0), node.get("items")
        if least and isinstance(items, dict) and types != {"object"}:
            needs.append(1 + known(items))
    return max(needs)


def _short(text: object) -> str:
    written = str(text)
    return written if len(written) <= 120 else f"{written[:117]}..."
