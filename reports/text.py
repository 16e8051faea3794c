"""Foreign text made fit for a page: nothing invisible, nothing that reorders, nothing endless.

What a server or a client wrote is evidence, so a byte that a page cannot show is drawn as a sign of
its own, and whatever is left out is counted where it is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.results import JsonValue

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text that may have lost its middle: ``missing`` characters stood before ``tail``."""

    head: str
    missing: int = 0
    tail: str = ""


def visible(text: str) -> str:
    """``text`` with control signs drawn (``␍``, ``␀``…) or spelled (``\\u202e``).

    Line feeds and tabs stay. Directions that reorder a line, the byte order mark and whatever XML
    1.0 forbids are spelled out, so that the result is legal in XML and HTML and reads as it is.
    """
    return _INVISIBLE.sub(lambda found: _sign(ord(found.group())), text)


def _sign(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\\u{code:04x}"


def cut(text: str, limit: int, *, least_tail: int = 0) -> Excerpt:
    """At most ``limit`` characters of ``text``: three quarters from its head, the rest its tail.

    The tail has ``least_tail`` characters where half of the limit is room for so many.
    """
    if len(text) <= limit:
        return Excerpt(text)
    tail = max(limit // 4, min(limit // 2, least_tail))
    head = limit - tail
    return Excerpt(text[:head], len(text) - limit, text[len(text) - tail :])


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text`` on one line, saying how many are missing."""
    excerpt = cut(text, limit)
    if not excerpt.missing:
        return text
    return f"{excerpt.head} … {grouped(excerpt.missing)} characters cut … {excerpt.tail}"


def grouped(number: int) -> str:
    """``12345`` as ``12 345``, with a narrow space that no line breaks at."""
    return f"{number:,}".replace(",", "\u202f")


def seconds(value: float | None) -> str:
    """A time in seconds as a person reads it: three digits that matter, never a false zero."""
    if value is None:
        return "—"
    size = abs(value)
    if size >= 100:
        return f"{value:.0f} s"
    if size >= 10:
        return f"{value:.1f} s"
    if size >= 1:
        return f"{value:.2f} s"
    return f"{value * 1000:.0f} ms" if size >= 0.01 or not value else f"{value * 1000:.1f} ms"


def value_text(value: JsonValue) -> str:
    """A measured value or a target as a person reads it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            return value or "(empty)"
        case float():
            return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
        case int():
            return str(value)
        case _:
            return _plain_list(value) or json.dumps(_rounded(value), ensure_ascii=False)


def _plain_list(value: JsonValue) -> str | None:
    """A list as it is told in a sentence; None for what has a structure of its own."""
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        return None
    if any(isinstance(item, Mapping | list | tuple) for item in value):
        return None
    return ", ".join(value_text(item) for item in value) or "none"


def _rounded(value: JsonValue) -> JsonValue:
    match value:
        case float():
            return float(f"{value:.4g}")
        case str() | bool() | int() | None:
            return value
        case Mapping():
            return {key: _rounded(item) for key, item in value.items()}
        case _:
            return [_rounded(item) for item in value]


def anchor(row_id: str) -> str:
    """The ``id`` of a row's section: the row's own id, odd characters spelled in hexadecimal."""
    return re.sub(r"[^A-Za-z0-9-]", lambda odd: f"_{ord(odd.group()):x}_", row_id)
