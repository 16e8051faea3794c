"""Reading the text fields and files of a form; each mistake is a BadRequest that names the field.

A form knows only texts: numbers and flags are spelled out, and read here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mockserver.api import fields
from mockserver.api.fields import BadRequest

if TYPE_CHECKING:
    from mockserver.api.multipart import Form, UploadedFile

_FLAGS = {"true": True, "false": False}


def optional_text(form: Form, name: str) -> str:
    """A text, empty when it is absent."""
    values = form.fields.get(name, ())
    if len(values) > 1:
        raise BadRequest(f"{name} must be given once, and comes {len(values)} times")
    if not values and form.files_of(name):
        raise BadRequest(f"{name} must be text, and is a file")
    return values[0] if values else ""


def required_text(form: Form, name: str) -> str:
    """A text that is there and not empty."""
    text = optional_text(form, name)
    if not text:
        state = "must not be empty" if name in form.fields else "is required"
        raise BadRequest(f"{name} {state}")
    return text


def optional_flag(form: Form, name: str) -> bool:
    """``true`` or ``false`` in any case; false when it is absent."""
    text = optional_text(form, name).lower()
    if not text:
        return False
    if text not in _FLAGS:
        raise BadRequest(f"{name} must be true or false")
    return _FLAGS[text]


def check_number(form: Form, name: str, low: float, high: float) -> None:
    """A number between ``low`` and ``high``, or nothing."""
    text = optional_text(form, name)
    if not text:
        return
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadRequest(f"{name} must be a number")
    if not low <= value <= high:
        raise BadRequest(f"{name} must be between {low:g} and {high:g}")


def check_one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    """One of some words, spelled as documented."""
    if value not in known:
        raise BadRequest(f"{name} must be one of {', '.join(known)}")


def check_known(form: Form, known: frozenset[str]) -> None:
    """Refuse the first field (by name) that is not ``known``."""
    fields.check_known({**form.fields, **{file.field: file for file in form.files}}, known)


def required_files(form: Form, *names: str, at_most: int) -> tuple[UploadedFile, ...]:
    """From 1 to ``at_most`` files of a field (the first name; the others are other spellings).

    None of them may be empty.
    """
    name = names[0]
    if any(other in form.fields for other in names):
        raise BadRequest(f"{name} must be files, each with a filename")
    files = form.files_of(*names)
    if not files:
        raise BadRequest(f"{name} is required")
    if len(files) > at_most:
        raise BadRequest(f"{name} must have at most {at_most} files, and has {len(files)}")
    for index, file in enumerate(files):
        if not file.data:
            raise BadRequest(f"{name}[{index}] must not be empty")
    return files
