"""Values that are valid for a JSON Schema, always the same for the same schema and seed.

A value is built from the top down; where a word of the schema cannot be built for (``not``, exactly
``oneOf``, two patterns at once), what was built is tested and built anew. The work is bounded: a
schema that is too intricate, or that no value satisfies, is refused with the place at fault.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from mockserver.replies.merging import (
    Flat,
    Unsatisfiable,
    all_of,
    canonical,
    merged,
    parts_of,
    types_of,
)
from mockserver.replies.scalars import number_for, text_for
from mockserver.replies.schemas import Place, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.replies.schemas import Node, Schema

_SHALLOW = 4
"""Nesting up to which what is optional may be made."""
_DEEPEST = 80
_STEPS = 5_000
"""How often a part of a value may be built, all tries together."""
_WHOLE_TRIES = 12
_TRIES = 10
_OPTIONAL_SHARE = 0.75

_COMBINING = frozenset(
    [
        "$ref",
        "$dynamicRef",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "then",
        "else",
        "const",
        "definitions",
        "$defs",
    ]
)
_TESTED = frozenset(
    [
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "contains",
        "uniqueItems",
        "patternProperties",
        "propertyNames",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedProperties",
        "unevaluatedItems",
        "multipleOf",
        "maxContains",
        "$ref",
        "$dynamicRef",
    ]
)
"""Words beside which what was built is tested."""

_HINTS = {
    "object": [
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "dependentRequired",
        "dependentSchemas",
    ],
    "array": ["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"],
    "string": ["minLength", "maxLength", "pattern", "format"],
    "number": ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
}
"""The words of a schema that tell the type where it does not."""
_ANY_TYPE = ("string", "number", "boolean", "array", "object", "null")


def instance_of(schema: Schema, seed: bytes) -> object:
    """A valid value. Raises SchemaError with the place in the value where none can be made."""
    failure = SchemaError((), "cannot be satisfied")
    steps = 0
    for attempt in range(_WHOLE_TRIES):
        builder = _Builder(schema, random.Random(seed + bytes([attempt])), steps)
        try:
            value = builder.build(schema.root, (), 0)
        except Unsatisfiable as error:
            failure = SchemaError(builder.failed_at, f"cannot be satisfied: {error}")
        except RecursionError:
            failure = SchemaError((), "is nested too deeply")
        else:
            if schema.is_valid(value):
                return value
        steps = builder.steps
        if steps > _STEPS:
            break
    raise failure


@dataclass(slots=True)
class _Builder:
    """Builds one value; ``failed_at`` is where in it the last impossible thing was asked for."""

    schema: Schema
    draw: random.Random
    steps: int = 0
    failed_at: Place = ()
    extra_names: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.extra_names = (f"field_{number}" for number in range(1, _STEPS))

    def build(self, node: Node, place: Place, depth: int) -> Any:
        """A value for a schema inside the whole. Raises Unsatisfiable."""
        tested = isinstance(node, dict) and not _TESTED.isdisjoint(node)
        failure = Unsatisfiable("nothing that was tried is valid")
        for attempt in range(_TRIES if tested else 2):
            self.steps += 1
            if self.steps > _STEPS or depth > _DEEPEST:
                self.failed_at = place
                raise Unsatisfiable("it is too intricate for this mock")
            try:
                value = self._once(node, place, depth, attempt)
            except Unsatisfiable as error:
                failure = error
                continue
            if not tested or self.schema.is_valid(value, node):
                return value
            self.failed_at = place
        raise failure

    def _once(self, node: Node, place: Place, depth: int, attempt: int) -> Any:
        self.failed_at = place
        flat = self._flat(node, depth, 0)
        if "enum" in flat:
            return self._listed(flat)
        failure = Unsatisfiable("it allows no type")
        for kind in self._kinds(flat, depth, attempt):
            try:
                return self._of_kind(kind, flat, place, depth)
            except Unsatisfiable as error:
                failure = error
        raise failure

    def _listed(self, flat: Flat) -> Any:
        rest = {word: value for word, value in flat.items() if word != "enum"}
        fitting = [v for v in flat["enum"] if not rest or self.schema.is_valid(v, rest)]
        if not fitting:
            raise Unsatisfiable("none of the values that it lists fits the rest of it")
        return self.draw.choice(fitting)

    def _flat(self, node: Node, depth: int, links: int) -> Flat:
        """One choice of everything that a schema combines, as a schema that combines nothing."""
        if node is False:
            raise Unsatisfiable("it allows nothing")
        if node is True:
            return {}
        if links > _DEEPEST:
            raise Unsatisfiable("its references go round in a circle")
        flat = {word: value for word, value in node.items() if word not in _COMBINING}
        if "const" in node:
            flat = merged(flat, {"enum": [node["const"]]})
        for word in ("$ref", "$dynamicRef"):
            if word in node:
                target = self.schema.resolve(node[word])
                flat = merged(flat, self._flat(target, depth, links + 1))
        for each in node.get("allOf", ()):
            flat = merged(flat, self._flat(each, depth, links + 1))
        for word in ("anyOf", "oneOf"):
            if word in node:
                flat = self._one_branch(flat, node[word], depth, links)
        return self._conditions(flat, node, depth, links)

    def _one_branch(self, flat: Flat, branches: list[Node], depth: int, links: int) -> Flat:
        """The schema with one of its alternatives: any, or the flattest where it is deep."""
        order = list(branches)
        self.draw.shuffle(order)
        if depth >= _SHALLOW:
            order.sort(key=self.schema.height)
        failure = Unsatisfiable("it has no alternative")
        for branch in order:
            try:
                return merged(flat, self._flat(branch, depth, links + 1))
            except Unsatisfiable as error:
                failure = error
        raise failure

    def _conditions(self, flat: Flat, node: dict[str, Any], depth: int, links: int) -> Flat:
        """``if``: what it asks for with ``then``, or ``else``."""
        if "if" not in node:
            return flat
        then = [node["if"], *([node["then"]] if "then" in node else [])]
        ways = [then, [node["else"]] if "else" in node else []]
        self.draw.shuffle(ways)
        failure = Unsatisfiable("neither then nor else can be met")
        for way in ways:
            try:
                found = flat
                for each in way:
                    found = merged(found, self._flat(each, depth, links + 1))
            except Unsatisfiable as error:
                failure = error
            else:
                return found
        raise failure

    def _kinds(self, flat: Flat, depth: int, attempt: int) -> list[str]:
        """The types to try, in order."""
        if "type" in flat:
            kinds = types_of(flat["type"])
            solid = [kind for kind in kinds if kind != "null"]
            self.draw.shuffle(solid)
            if depth >= _SHALLOW:
                solid.sort(key=lambda kind: kind in ("object", "array"))
            return solid + [kind for kind in kinds if kind == "null"]
        hinted = [kind for kind, words in _HINTS.items() if not flat.keys().isdisjoint(words)]
        if attempt == 0 and hinted:
            return hinted
        return [self.draw.choice(_ANY_TYPE)] if attempt else ["string"]

    def _of_kind(self, kind: str, flat: Flat, place: Place, depth: int) -> Any:
        if kind == "object":
            return self._object(flat, place, depth)
        if kind == "array":
            return self._array(flat, place, depth)
        if kind == "string":
            return text_for(flat, self.draw)
        if kind in ("integer", "number"):
            return number_for(flat, self.draw, whole=kind == "integer")
        return None if kind == "null" else self.draw.random() < 0.5

    def _object(self, flat: Flat, place: Place, depth: int) -> dict[str, Any]:
        flat = self._with_dependents(flat, depth)
        names = self._names(flat, depth)
        required = set(flat.get("required", ()))
        value: dict[str, Any] = {}
        for name in names:
            try:
                value[name] = self.build(all_of(parts_of(flat, name)), (*place, name), depth + 1)
            except Unsatisfiable:
                if name in required:
                    raise
        self._fill_up(flat, value, place, depth)
        return value

    def _names(self, flat: Flat, depth: int) -> list[str]:
        """The properties to make: all that must be, and some that may be."""
        properties: dict[str, Node] = flat.get("properties", {})
        required = list(flat.get("required", ()))
        most = flat.get("maxProperties", len(properties) + len(required))
        if len(required) > most:
            raise Unsatisfiable(f"{len(required)} properties are required, {most} allowed")
        optional = [
            name
            for name, each in properties.items()
            if name not in required and each is not False and self._wanted(depth)
        ][: max(0, int(most) - len(required))]
        chosen = {*required, *optional}
        return [
            *(name for name in properties if name in chosen),
            *(name for name in required if name not in properties),
        ]

    def _wanted(self, depth: int) -> bool:
        return depth < _SHALLOW and self.draw.random() < _OPTIONAL_SHARE

    def _with_dependents(self, flat: Flat, depth: int) -> Flat:
        """What properties ask for beside themselves, as if each of them were there."""
        needs = {**flat.get("dependencies", {}), **flat.get("dependentRequired", {})}
        needs.update(flat.get("dependentSchemas", {}))
        present = list(flat.get("required", ()))
        for name in present:
            need = needs.pop(name, None)
            if isinstance(need, list):
                present += [each for each in need if each not in present]
            elif need is not None:
                flat = merged(flat, self._flat(need, depth, 0))
                present += [each for each in flat.get("required", ()) if each not in present]
        return {**flat, "required": present} if present else flat

    def _fill_up(self, flat: Flat, value: dict[str, Any], place: Place, depth: int) -> None:
        """Further properties, where more are asked for or any name is welcome."""
        least, most = flat.get("minProperties", 0), flat.get("maxProperties", 1_000)
        rest = flat.get("additionalProperties")
        open_map = isinstance(rest, dict) and not flat.get("properties")
        if open_map and depth < _SHALLOW:
            least = max(least, min(most, self.draw.randint(1, 2)))
        known = [name for name in flat.get("properties", {}) if name not in value]
        tries = iter(range(50 + int(min(least, _STEPS))))
        while len(value) < least and next(tries, None) is not None:
            name = known.pop(0) if known else self._new_name(flat)
            parts = parts_of(flat, name)
            if name in value or False in parts:
                continue
            value[name] = self.build(all_of(parts), (*place, name), depth + 1)
        if len(value) < least:
            self.failed_at = place
            raise Unsatisfiable(f"{least} properties are asked for, and no more may be added")

    def _new_name(self, flat: Flat) -> str:
        patterns = list(flat.get("patternProperties", {}))
        if patterns:
            return text_for({"pattern": self.draw.choice(patterns)}, self.draw)
        if "propertyNames" in flat:
            asked = all_of(({"type": "string"}, flat["propertyNames"]))
            return str(self.build(asked, (), 1))
        return next(self.extra_names)

    def _array(self, flat: Flat, place: Place, depth: int) -> list[Any]:
        items = flat.get("items", True)
        prefix = flat.get("prefixItems", [])
        if isinstance(items, list):
            prefix, items = items, flat.get("additionalItems", True)
        asked = chain(prefix, iter(lambda: items, object()))
        length = self._length(flat, prefix, items, depth)
        needed = flat.get("minContains", 1) if "contains" in flat else 0
        value: list[Any] = []
        seen: set[str] = set()
        for index in range(length):
            node = next(asked)
            if index >= length - needed:
                node = all_of((node, flat["contains"]))
            item = self._item(node, (*place, index), depth, seen, flat)
            seen.add(canonical(item))
            value.append(item)
        return value

    def _item(self, node: Node, place: Place, depth: int, seen: set[str], flat: Flat) -> Any:
        """An item; one that is new where the items must differ."""
        for _ in range(3 * _TRIES):
            item = self.build(node, place, depth + 1)
            if not flat.get("uniqueItems") or canonical(item) not in seen:
                return item
        self.failed_at = place
        raise Unsatisfiable("no further item was found that differs from the others")

    def _length(self, flat: Flat, prefix: list[Node], items: Node, depth: int) -> int:
        least = max(flat.get("minItems", 0), flat.get("minContains", 1) * ("contains" in flat))
        most = flat.get("maxItems", _STEPS)
        if items is False:
            most = min(most, len(prefix))
        if least > most:
            raise Unsatisfiable(f"{least} items are asked for, and {most} are allowed")
        if depth >= _SHALLOW:
            return int(least)
        wanted = max(least, min(most, max(1, len(prefix))))
        return self.draw.randint(int(wanted), int(min(most, wanted + 2)))
