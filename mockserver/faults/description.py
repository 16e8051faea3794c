"""A fault as a person reads it: what it does, its parameters with units and bounds, an example."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.faults.base import Fault

_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true or false",
    "array": "list",
    "object": "table",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a fault.

    ``unit`` is empty where there is none; ``default`` is None where the setting is required or
    where leaving it out means something of its own, which ``meaning`` then says.
    """

    name: str
    meaning: str
    allowed: str
    unit: str
    required: bool
    default: object


@dataclass(frozen=True, slots=True)
class FaultDescription:
    """Kind, one sentence, settings, and an example that is a valid fault."""

    kind: str
    summary: str
    parameters: tuple[Parameter, ...]
    example: dict[str, Any]

    @property
    def toml(self) -> str:
        """The example as it stands in a rules file."""
        return f"fault = {as_toml(self.example)}"


def describe_fault(fault: type[Fault]) -> FaultDescription:
    """Read a fault's description off its class."""
    schema = fault.model_json_schema()
    required = set(schema.get("required", ()))
    parameters = tuple(
        Parameter(
            name=name,
            meaning=prop.get("description", ""),
            allowed=allowed(prop),
            unit=_unit(name),
            required=name in required,
            default=prop.get("default"),
        )
        for name, prop in schema["properties"].items()
        if name != "kind"
    )
    return FaultDescription(
        schema["properties"]["kind"]["const"], fault.summary, parameters, fault.example
    )


def as_toml(value: object) -> str:
    """A value as inline TOML; what is None is left out, since TOML has no null."""
    if isinstance(value, dict):
        inner = ", ".join(
            f"{_toml_key(key)} = {as_toml(item)}" for key, item in value.items() if item is not None
        )
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_toml(item) for item in value)}]"
    # JSON's texts, numbers and truths are TOML's too.
    return json.dumps(value, ensure_ascii=False)


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _unit(name: str) -> str:
    """The unit that a name ends in: every quantity is named after its unit."""
    if name == "seconds" or name.endswith("_s"):
        return "s"
    if name.endswith("_ms"):
        return "ms"
    last = name.rsplit("_", maxsplit=1)[-1]
    return last if last in {"bytes", "chunks"} else ""


def allowed(schema: Mapping[str, Any]) -> str:
    """Which values a setting takes, in words."""
    if "anyOf" in schema:
        options = [allowed(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(options)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return ", ".join(json.dumps(value) for value in schema["enum"])
    if "$ref" in schema:
        return "any value" if schema["$ref"].endswith("/JsonValue") else "table"
    kind = _TYPES.get(schema.get("type", ""), "any value")
    return f"{kind}{_bounds(schema)}"


def _bounds(schema: Mapping[str, Any]) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    bounds = [
        f"from {low:g}" if low is not None else "",
        f"above {above:g}" if above is not None else "",
        f"to {high:.12g}" if high is not None else "",
        f"below {below:g}" if below is not None else "",
    ]
    return "".join(f" {bound}" for bound in bounds if bound)
