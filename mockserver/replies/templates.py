"""Texts with placeholders for what a request said."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDERS = {
    "prompt": "the last message of a user",
    "system": "the messages of the system, joined",
    "model": "the model",
    "path": "the path of the request",
    "n": "which attempt of its call the request is, from 1",
    "turn": "which turn of its conversation the request is, from 1",
    "seed": "the request's seed, empty without one",
    "user": "the request's field user, empty without one",
    "token": "the call token, or what stands for it",
}
"""What a template may hold, in braces; a brace itself is written twice."""


def check_template(template: str) -> None:
    """Raise ValueError where a template cannot be filled in."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"has a brace alone ({error}); write {{{{ or }}}} for a brace") from None
    for _, name, wish, conversion in parts:
        if name is None:
            continue
        if name not in PLACEHOLDERS or wish or conversion:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            bad = name + (f"!{conversion}" if conversion else "") + (f":{wish}" if wish else "")
            raise ValueError(f"has the unknown placeholder {{{bad}}}; known: {known}")


def filled(template: str, values: Mapping[str, object]) -> str:
    """A checked template with its placeholders filled in; what is filled in is not looked at."""
    return template.format_map(values)
