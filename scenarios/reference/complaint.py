"""What the body of a failed answer says: a machine code and a sentence for people.

Pawa's error bodies are not documented (pawa-api.md section 4), so every shape seen in its
surroundings is read: its envelope, ``message`` as a list, FastAPI's ``detail``, problem+json
(RFC 9457), a nested ``error`` object, HTML, plain text, nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

EXCERPT_CHARACTERS = 500
"""How much of a server's text an error quotes."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Code and message; either is empty when the body does not have it."""

    code: str = ""
    message: str = ""


def read_complaint(body: bytes) -> Complaint:
    """The complaint in a body; never raises."""
    text = body.decode("utf-8-sig", errors="replace").strip()
    try:
        return complaint_in(json.loads(text))
    except (ValueError, RecursionError):
        return Complaint("", excerpt(_without_markup(text)))


def complaint_in(value: Any) -> Complaint:
    """The complaint in a JSON value."""
    if isinstance(value, str):
        return Complaint("", excerpt(value))
    if not isinstance(value, dict):
        return Complaint()
    nested = value.get("error")
    inner = complaint_in(nested) if isinstance(nested, dict | str) else Complaint()
    code = inner.code or _code(value)
    return Complaint(excerpt(code), inner.message or excerpt(_message(value)))


def _code(value: dict[str, Any]) -> str:
    for name in ("code", "type"):
        found = value.get(name)
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "about:blank":
            return str(found)
    return ""


def _message(value: dict[str, Any]) -> str:
    said = _sentence(value.get("message"))
    if said:
        return said
    title, detail = _sentence(value.get("title")), _sentence(value.get("detail"))
    return ": ".join(part for part in (title, detail) if part)


def _sentence(value: Any) -> str:
    """Text out of a string, a list of such, or FastAPI's list of ``{"loc", "msg"}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(part for part in map(_sentence, value[:10]) if part)
    if isinstance(value, dict):
        return _sentence(value.get("msg") or value.get("message"))
    return ""


def _without_markup(text: str) -> str:
    if not text.startswith("<"):
        return text
    title = re.search(r"<title[^>]*>(.{0,500}?)</title>", text, re.IGNORECASE | re.DOTALL)
    words = title[1] if title else re.sub(r"<[^>]{0,1000}>", " ", text[: 8 * EXCERPT_CHARACTERS])
    return f"an HTML page: {words.strip()}"


def excerpt(text: str) -> str:
    """The text on one line, cut to what an error quotes."""
    line = " ".join(text[: 4 * EXCERPT_CHARACTERS].split())
    return line if len(line) <= EXCERPT_CHARACTERS else line[: EXCERPT_CHARACTERS - 1] + "…"
