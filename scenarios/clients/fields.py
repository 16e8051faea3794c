"""Reading a JSON object field by field, with errors that name the place.

A small reader instead of a model class: the protocol's objects are flat, every absent field means
"the client does not say", and a wrong one must be reported with its place and its value.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, TypeVar

from scenarios.clients.errors import FieldError

T = TypeVar("T")

ALIKE = 0.7
"""How alike two names are that count as one misspelt (difflib's ratio)."""


def describe(value: object) -> str:
    """A JSON value in a few words, for a message: its type, and the value when it is short."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    name = "null" if value is None else names.get(type(value), "a number")
    text = repr(value)
    return f"{name} {text}" if isinstance(value, str | int | float) and len(text) <= 40 else name


class Fields:
    """One JSON object being read; :meth:`finish` refuses what looks like a misspelt field."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise FieldError(f"{place} must be an object, not {describe(value)}")
        self._object: dict[str, Any] = value
        self._place = place
        self._asked: set[str] = set()

    def value(self, name: str) -> Any:
        """The field as it is, or None when it is absent."""
        self._asked.add(name)
        return self._object.get(name)

    def text(self, name: str) -> str | None:
        """A string, or None when absent or null."""
        return self._typed(name, str, "a string")

    def required_text(self, name: str) -> str:
        """A string that must be there and not be empty."""
        text = self.text(name)
        if not text:
            raise FieldError(f"{self._place} lacks {name!r}, a string that is not empty")
        return text

    def integer(self, name: str) -> int | None:
        """An integer, or None when absent or null."""
        return self._typed(name, int, "an integer")

    def number(self, name: str) -> float | None:
        """A number, or None when absent or null."""
        if isinstance(self._object.get(name), float):
            return self._typed(name, float, "a number")
        return self._typed(name, int, "a number")

    def boolean(self, name: str) -> bool | None:
        """True or false, or None when absent or null."""
        return self._typed(name, bool, "a boolean")

    def mapping(self, name: str) -> dict[str, Any] | None:
        """An object, or None when absent or null."""
        return self._typed(name, dict, "an object")

    def items(self, name: str) -> list[Any] | None:
        """A list, or None when absent or null."""
        return self._typed(name, list, "a list")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; empty when absent or null."""
        items = self.items(name) or []
        for item in items:
            if not isinstance(item, str):
                raise FieldError(f"{self._place}.{name} must hold strings, not {describe(item)}")
        return tuple(items)

    def finish(self) -> None:
        """Refuses a field that looks like a misspelt one, whose fact would be lost in silence.

        Any other field that nothing asked for is an addition of the adapter's own, and ignored.
        """
        missing = self._asked - set(self._object)
        for name in sorted(set(self._object) - self._asked):
            if near := get_close_matches(name, sorted(missing), n=1, cutoff=ALIKE):
                raise FieldError(
                    f"{self._place} has the unknown field {name!r}; is {near[0]!r} meant?"
                )

    def _typed(self, name: str, wanted: type[T], words: str) -> T | None:
        value = self.value(name)
        if value is None:
            return None
        # bool is an int in Python, never in JSON
        misfit = isinstance(value, bool) and wanted is not bool
        if misfit or not isinstance(value, wanted):
            raise FieldError(f"{self._place}.{name} must be {words}, not {describe(value)}")
        return value
