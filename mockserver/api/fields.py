"""Reading fields out of a request body; each mistake is a :class:`BadRequest` that names the field.

The bodies of the real API's 400 answers are undocumented (pawa-api.md section 4); these messages
are this mock's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Body = dict[str, object]

SMALLEST_INTEGER = -(2**63)
LARGEST_INTEGER = 2**64 - 1
"""The integers that JSON is read and written with."""


class BadRequest(ValueError):  # noqa: N818 - the name of the status that it becomes
    """A request that the API answers with 400 (``status``); the message names the field."""

    status = 400


class UnsupportedMedia(BadRequest):
    """A file of a type that the API does not take: 415."""

    status = 415


def read_object(value: object, where: str = "body") -> Body:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BadRequest(f"{where} must be a JSON object")
    return value


def required_text(body: Mapping[str, object], name: str, where: str = "") -> str:
    """A string that is there and not empty."""
    value = body.get(name)
    if value is None:
        raise BadRequest(f"{where}{name} is required")
    if not isinstance(value, str):
        raise BadRequest(f"{where}{name} must be a string")
    if not value:
        raise BadRequest(f"{where}{name} must not be empty")
    return value


def optional_text(body: Mapping[str, object], name: str) -> str:
    """A string, empty when it is absent or null."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequest(f"{name} must be a string")
    return value


def optional_flag(body: Mapping[str, object], name: str) -> bool:
    """A boolean, false when it is absent or null."""
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadRequest(f"{name} must be true or false")
    return value


def check_number(body: Mapping[str, object], name: str, low: float, high: float) -> None:
    """A number between ``low`` and ``high``, or nothing."""
    value = body.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest(f"{name} must be a number")
    if not low <= value <= high:
        raise BadRequest(f"{name} must be between {low:g} and {high:g}")


def whole(value: object) -> int | None:
    """The integer that a JSON value is, or None: 5.0 is one too (JSON Schema Core, section 4.2.2).

    It fits into 64 bits: to the JSON reader, anything beyond is a float.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        number = int(value)
        return number if SMALLEST_INTEGER < number <= LARGEST_INTEGER else None
    return None


def optional_integer(
    body: Mapping[str, object], name: str, *, at_least: int | None = None
) -> int | None:
    """An integer, or nothing."""
    value = body.get(name)
    if value is None:
        return None
    number = whole(value)
    if number is None:
        raise BadRequest(f"{name} must be an integer")
    if at_least is not None and number < at_least:
        raise BadRequest(f"{name} must be at least {at_least}")
    return number


def optional_list(body: Mapping[str, object], name: str) -> list[object]:
    """An array, empty when it is absent or null."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRequest(f"{name} must be an array")
    return value


def check_object(body: Mapping[str, object], name: str) -> None:
    """A JSON object, or nothing."""
    if body.get(name) is not None:
        read_object(body[name], name)


def check_known(body: Mapping[str, object], known: frozenset[str]) -> None:
    """Refuse the first field (by name) that is not ``known``."""
    unknown = sorted(set(body) - known)
    if unknown:
        raise BadRequest(f"{unknown[0]} is not a field of this request")


def check_model(model: str, known: tuple[str, ...]) -> None:
    """Refuse a model that this endpoint does not have."""
    if model not in known:
        raise BadRequest(f"model {model!r} is unknown here; this endpoint has {', '.join(known)}")
