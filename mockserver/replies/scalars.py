"""Strings and numbers that a flat JSON Schema allows."""

from __future__ import annotations

import base64
import math
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mockserver.replies.merging import Unsatisfiable
from mockserver.replies.patterns import matching
from mockserver.replies.text import words_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from mockserver.replies.merging import Flat

MOST_CHARACTERS = 100_000
_TRIES = 60
_SPAN = 100
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


def text_for(schema: Flat, draw: random.Random) -> str:
    """A string of the length, pattern and format that the schema asks for."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    if least > most:
        raise Unsatisfiable(f"minLength {least} is over maxLength {most}")
    if least > MOST_CHARACTERS:
        raise Unsatisfiable(f"minLength {least} is more than this mock writes")
    if "pattern" in schema:
        return _like_pattern(schema["pattern"], least, most, draw)
    made = _FORMATS.get(schema.get("format", ""))
    if made is not None:
        for _ in range(4):
            text = made(draw)
            if least <= len(text) <= most:
                return text
    return _plain(int(least), most, draw)


def _plain(least: int, most: float, draw: random.Random) -> str:
    """Words, cut or lengthened to fit."""
    words = words_of(draw.randbytes(16), max(draw.randint(1, 4), least // 3 + 1))
    text = " ".join(words).rstrip(".")
    if len(text) > most:
        text = text[: int(most)]
    # A trailing space would be lost on whoever trims.
    if text.endswith(" "):
        text = f"{text[:-1]}a"
    return text + "a" * (least - len(text))


def _like_pattern(pattern: str, least: int, most: float, draw: random.Random) -> str:
    ahead = "(?=" in pattern
    for attempt in range(_TRIES):
        stretch = 2 if attempt < _TRIES // 3 else attempt + (least if least < 1000 else 0)
        if attempt % 3 == 2 and not least:
            stretch = 0
        try:
            text = matching(pattern, draw, stretch, ahead=ahead and attempt % 2 == 0)
        except ValueError as error:
            raise Unsatisfiable(f"pattern {pattern!r} {error}") from None
        short = least - len(text)
        if short > 0 and re.search(pattern, text + "a" * short):
            text += "a" * short
        if least <= len(text) <= most and re.search(pattern, text):
            return text
    raise Unsatisfiable(f"no string of that length was found for the pattern {pattern!r}")


def _moment(draw: random.Random) -> datetime:
    return _EPOCH + timedelta(seconds=draw.randrange(3 * 365 * 86_400))


def _name(draw: random.Random) -> str:
    return words_of(draw.randbytes(16), 1)[0].lower().rstrip(".")


_FORMATS: dict[str, Callable[[random.Random], str]] = {
    "date-time": lambda draw: _moment(draw).isoformat().replace("+00:00", "Z"),
    "date": lambda draw: _moment(draw).date().isoformat(),
    "time": lambda draw: _moment(draw).time().isoformat() + "Z",
    "duration": lambda draw: f"P{draw.randint(1, 30)}DT{draw.randint(1, 23)}H",
    "email": lambda draw: f"{_name(draw)}{draw.randint(1, 99)}@example.com",
    "idn-email": lambda draw: f"{_name(draw)}@example.com",
    "hostname": lambda draw: f"{_name(draw)}.example.com",
    "idn-hostname": lambda draw: f"{_name(draw)}.example.com",
    "ipv4": lambda draw: f"192.0.2.{draw.randint(1, 254)}",
    "ipv6": lambda draw: f"2001:db8::{draw.randint(1, 9999):x}",
    "uri": lambda draw: f"https://example.com/{_name(draw)}/{draw.randint(1, 999)}",
    "iri": lambda draw: f"https://example.com/{_name(draw)}",
    "uri-reference": lambda draw: f"/{_name(draw)}",
    "iri-reference": lambda draw: f"/{_name(draw)}",
    "uri-template": lambda draw: f"/{_name(draw)}/{{id}}",
    "uuid": lambda draw: str(uuid.UUID(bytes=draw.randbytes(16), version=4)),
    "json-pointer": lambda draw: f"/{_name(draw)}",
    "relative-json-pointer": lambda draw: f"1/{_name(draw)}",
    "regex": lambda draw: f"^{_name(draw)}$",
    "byte": lambda draw: base64.b64encode(_name(draw).encode()).decode(),
}


def number_for(schema: Flat, draw: random.Random, *, whole: bool) -> float:
    """A number within the bounds; an int where it must be ``whole`` (and wherever it fits)."""
    low, high = _bounds(schema)
    if low > high:
        raise Unsatisfiable(f"no number is at least {low:g} and at most {high:g}")
    step = schema.get("multipleOf")
    for value in _candidates(low, high, 1 if whole and step is None else step, draw):
        if _fits(value, schema, whole=whole):
            return int(value) if whole else value
    raise Unsatisfiable("no number was found that fits all that is asked of it")


def _bounds(schema: Flat) -> tuple[float, float]:
    """The lowest and the highest number, a span from the other one where one is not told."""
    lows = [schema[word] for word in ("minimum", "exclusiveMinimum") if _told(schema, word)]
    highs = [schema[word] for word in ("maximum", "exclusiveMaximum") if _told(schema, word)]
    step = schema.get("multipleOf", 1)
    span = max(_SPAN, 10 * step)
    low: Any = max(lows, default=None)
    high: Any = min(highs, default=None)
    if low is None:
        low = 0 if high is None or high >= 0 else high - span
    if high is None:
        high = low + span
    return low, high


def _told(schema: Flat, word: str) -> bool:
    """Draft 4 wrote ``exclusiveMinimum`` as a switch beside ``minimum``; that is tested later."""
    return word in schema and not isinstance(schema[word], bool)


def _candidates(
    low: float, high: float, step: float | None, draw: random.Random
) -> Iterator[float]:
    if step is not None:
        first, last = math.ceil(low / step), math.floor(high / step)
        if first > last:
            return
        yield from (step * draw.randint(first, last) for _ in range(_TRIES))
        yield from (step * factor for factor in range(first, min(last, first + _TRIES) + 1))
        yield from (step * factor for factor in range(last, max(first, last - _TRIES) - 1, -1))
        return
    for digits in (2, 2, 2, 6, None, None):
        share = draw.random()
        value = low * (1 - share) + high * share
        yield round(value, digits) if digits else value
    yield from (low, high)
    yield from (math.nextafter(low, math.inf), math.nextafter(high, -math.inf))


def _fits(value: float, schema: Flat, *, whole: bool) -> bool:
    if not math.isfinite(value) or (whole and value != int(value)):
        return False
    return (
        ("minimum" not in schema or value >= schema["minimum"])
        and ("maximum" not in schema or value <= schema["maximum"])
        and (not _told(schema, "exclusiveMinimum") or value > schema["exclusiveMinimum"])
        and (not _told(schema, "exclusiveMaximum") or value < schema["exclusiveMaximum"])
        and (schema.get("exclusiveMinimum") is not True or value > schema["minimum"])
        and (schema.get("exclusiveMaximum") is not True or value < schema["maximum"])
        and _is_multiple(value, schema.get("multipleOf"))
    )


def _is_multiple(value: float, step: Any) -> bool:
    """As ``jsonschema`` judges it: by the quotient for fractions, where binary ones fall short."""
    if step is None:
        return True
    if isinstance(step, float):
        quotient = value / step
        return math.isfinite(quotient) and int(quotient) == quotient
    return bool(value % step == 0)
