"""What is wrong with something a person wrote: one line for each mistake, with place and mend."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]

_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
    "datetime_from_date_parsing": "a date as 2026-01-31T12:00:00Z",
    "datetime_parsing": "a date as 2026-01-31T12:00:00Z",
    "float_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}

_PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "be 1 to 64 letters, digits, '.', '_' and '-'",
    r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$": "be 1 to 100 letters, digits, '.', '_', ':' and '-'",
    r"^[A-Za-z]+$": "be letters",
    r"^[!-~]+$": "be ASCII without spaces",
    r"^[ -~]+$": "be ASCII on one line",
    r"^[^\r\n]*$": "be one line",
    r"^https?://[^\s/?#]+\S*$": "be a URL that begins with http:// or https://",
}
"""What a text must be like, by the pattern that it has to match."""

SECRETS = frozenset({"key", "secret", "control_token"})
"""Fields whose value is never repeated, however wrong it is."""

_NOWHERE = object()
"""Stands for a place that what was written does not have."""


def complaints(
    error: ValidationError, written: object, model: type[BaseModel], root: str
) -> tuple[str, ...]:
    """Each mistake as one line that begins with its place, such as ``rules[2].fault.seconds``.

    ``written`` is what was validated as ``model``; ``root`` names it.
    """
    by_place: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False):
        place = _place(detail, written)
        said = by_place.setdefault(root + spelled(place), [])
        text = _text(detail, place, written, model)
        if text not in said:
            said.append(text)
    return tuple(f"{place}: {', or '.join(texts)}" for place, texts in by_place.items())


def spelled(place: Place) -> str:
    """A place as it is written: ``.fault.seconds``, ``[2]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)


_MOST_LISTED = 50
"""How many words a line may list."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known words that are like a given one, best first; all of them where none is.

    So many that nobody reads them in a line are the faults alone, which a command lists.
    """
    words = list(known)
    close = difflib.get_close_matches(word, words, n=3, cutoff=0.5)
    if close:
        return f"nearest: {', '.join(close)}"
    if len(words) > _MOST_LISTED:
        return "pawa-mock faults lists all"
    return f"known: {', '.join(words)}"


def _place(detail: ErrorDetails, written: object) -> Place:
    """The error's location, less the labels that unions put into it."""
    place: list[str | int] = []
    here = written
    label: object = None
    location = detail["loc"]
    for number, part in enumerate(location):
        if part == label:
            # The union's label is the kind, which may also be the name of a field ("status").
            label = None
            continue
        label = None
        inner = _step(here, part)
        if inner is not _NOWHERE:
            here = inner
            label = _step(here, "kind")
        elif not (number == len(location) - 1 and detail["type"] in {"missing", "extra_forbidden"}):
            continue
        place.append(part)
    if detail["type"] == "union_tag_invalid":
        place.append("kind")
    return tuple(place)


def _text(detail: ErrorDetails, place: Place, written: object, model: type[BaseModel]) -> str:
    """One mistake in words, with its mend."""
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown field; {nearest(str(place[-1]), fields_at(model, written, place[:-1]))}"
    if kind in {"missing", "value_error"}:
        return str(context.get("error", "missing; it must be given"))
    if kind.startswith("union_tag"):
        return _kind_text(context)
    if kind.startswith("string_") and kind != "string_type":
        return _text_wanted(kind, context)
    wanted = _wanted(kind, context)
    if wanted:
        given = "what was given" if place and place[-1] in SECRETS else _given(detail["input"])
        return f"must be {wanted}, not {given}"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _kind_text(context: dict[str, Any]) -> str:
    """What to say of a table whose ``kind`` is missing or unknown."""
    if "tag" not in context:
        return 'missing a kind; write for example { kind = "status", status = 503 }'
    known = re.findall(r"'([^']*)'", str(context["expected_tags"]))
    return f"unknown kind {context['tag']!r}; {nearest(str(context['tag']), known)}"


def _wanted(kind: str, context: dict[str, Any]) -> str:
    """What a value of the wrong type or size should have been."""
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"{words} {context[key]:.12g}"
    return _TYPES.get(kind, "")


def _text_wanted(kind: str, context: dict[str, Any]) -> str:
    """What a text should have been like; the text itself may be a secret and is not said."""
    if kind == "string_too_short":
        least = context["min_length"]
        return "must not be empty" if least == 1 else f"must have at least {least} characters"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    pattern = str(context.get("pattern", ""))
    return f"must {_PATTERNS.get(pattern, f'match {pattern}')}"


def _given(value: object) -> str:
    """What was written, short; a table or a list by its name only."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def fields_at(model: type[BaseModel], written: object, place: Place) -> tuple[str, ...]:
    """The fields that the table at a place can have; none where it is unknown."""
    models = [model]
    here = written
    for part in place:
        here = _step(here, part)
        if isinstance(part, str):
            models = [
                inner
                for outer in models
                if part in outer.model_fields
                for inner in _models_in(outer.model_fields[part].annotation)
            ]
    told = [found for found in models if _kind_of(found) in {None, _step(here, "kind")}]
    return tuple(dict.fromkeys(name for found in told for name in found.model_fields))


def _step(here: object, part: str | int) -> object:
    """What is at a key or an index."""
    if isinstance(here, dict):
        return here.get(part, _NOWHERE)
    if isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
        return here[part]
    return _NOWHERE


def _kind_of(model: type[BaseModel]) -> object:
    """The kind that tells a model from others in a union, if it has one."""
    field = model.model_fields.get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return None
    return next(iter(get_args(field.annotation)))


def _models_in(annotation: object) -> list[type[BaseModel]]:
    """Every model that an annotation speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]
