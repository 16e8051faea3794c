"""What a person writes so that the harness can speak an application's own routes: a TOML file.

Without one the application is asked in the protocol's own words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scenarios.clients.errors import ClientStartError
from scenarios.clients.protocol import CLAIMS, LIMITS

if TYPE_CHECKING:
    from pathlib import Path

_WHOLE = re.compile(r"\{(\w+)\}")


class Route(BaseModel):
    """One route of the application, and where the facts stand in what it answers.

    Places are dotted paths (``answer.text``, ``items.0.vector``; an empty one is the whole answer)
    into the JSON answer, or, for ``delta``, into the JSON of each server-sent event.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["POST", "PUT", "GET"] = "POST"
    path: str
    body: Any = None
    """Sent as JSON. A string that is ``{name}`` becomes that field of the request, of any type; in
    a longer string it is inserted as text. A field that the call does not have is left out."""
    text: str | None = None
    vectors: str | None = None
    delta: str | None = None
    error: str | None = None
    """Where an error's message stands: an answer that has one is an error."""
    kind: str | None = None
    """Where an error's kind stands, in the protocol's words."""


class ApplicationMapping(BaseModel):
    """How to speak to one application, and what it says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "application"
    claims: frozenset[str] = frozenset()
    limits: dict[str, Any] = Field(default_factory=dict)
    chat: Route | None = None
    embed: Route | None = None

    @field_validator("claims")
    @classmethod
    def _known_claims(cls, claims: frozenset[str]) -> frozenset[str]:
        return _known(claims, CLAIMS)

    @field_validator("limits")
    @classmethod
    def _known_limits(cls, limits: dict[str, Any]) -> dict[str, Any]:
        _known(frozenset(limits), LIMITS)
        return limits


def read_mapping(path: Path) -> ApplicationMapping:
    """The mapping in a TOML file; raises :class:`ClientStartError`, one line with the place."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ClientStartError(f"mapping {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClientStartError(f"mapping {path} is not TOML: {error}") from None
    try:
        return ApplicationMapping.model_validate(written)
    except ValidationError as error:
        raise ClientStartError(f"mapping {path}: {_mistake(error)}") from None


def _mistake(error: ValidationError) -> str:
    """One mistake with its place: a misspelt name before the one that it left missing."""
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        model = Route if len(first["loc"]) > 1 else ApplicationMapping
        return f"{place} is unknown; valid: {', '.join(model.model_fields)}"
    if first["type"] == "missing":
        return f"{place} is missing; it must be given"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"


def fill(template: Any, fields: Mapping[str, Any]) -> Any:
    """A body out of its template; an entry whose field is absent is left out."""
    if isinstance(template, dict):
        filled = {name: fill(value, fields) for name, value in template.items()}
        return {name: value for name, value in filled.items() if value is not None}
    if isinstance(template, list):
        return [value for item in template if (value := fill(item, fields)) is not None]
    if not isinstance(template, str):
        return template
    whole = _WHOLE.fullmatch(template)
    if whole:
        return fields.get(whole[1])
    return _WHOLE.sub(lambda name: str(fields.get(name[1], "")), template)


def names_in(template: Any) -> frozenset[str]:
    """Every field that a template has a place for."""
    if isinstance(template, dict):
        return frozenset().union(*(names_in(value) for value in template.values()))
    if isinstance(template, list):
        return frozenset().union(*(names_in(value) for value in template))
    return frozenset(_WHOLE.findall(template)) if isinstance(template, str) else frozenset()


def template_fields(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a template can name: every field of the request, and ``prompt``, its last user text."""
    texts = [
        _text(message.get("content"))
        for message in request.get("messages", [])
        if message.get("role") == "user"
    ]
    return {**request, **({"prompt": texts[-1]} if texts else {})}


def look_up(answer: Any, place: str | None) -> Any:
    """What stands at a dotted path, or None."""
    if place is None:
        return None
    for part in filter(None, place.split(".")):
        if isinstance(answer, Mapping):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdecimal() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, Mapping))
    return str(content)


def _known(words: frozenset[str], valid: frozenset[str]) -> frozenset[str]:
    unknown = sorted(words - valid)
    if unknown:
        raise ValueError(f"unknown {unknown[0]!r}; valid: {', '.join(sorted(valid))}")
    return words
