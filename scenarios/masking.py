"""Applying a mask to every text inside a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any


def masked(value: Any, mask_text: Callable[[str], str]) -> Any:
    """The same value with each text replaced by `mask_text` of it; types are kept."""
    match value:
        case Enum() | bytes() | bytearray():
            return value
        case str():
            return mask_text(value)
        case Mapping():
            return {mask_text(str(key)): masked(item, mask_text) for key, item in value.items()}
        case Sequence():
            items = [masked(item, mask_text) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        case _ if is_dataclass(value) and not isinstance(value, type):
            kept = {f.name: masked(getattr(value, f.name), mask_text) for f in fields(value)}
            return replace(value, **kept)
        case _:
            return value
