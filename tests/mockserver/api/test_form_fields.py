"""Reading fields and files of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.api import form_fields
from mockserver.api.fields import BadRequest
from mockserver.api.multipart import Form, UploadedFile

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = UploadedFile("f", "a.mp3", "audio/mpeg", b"x")
EMPTY = UploadedFile("f", "b.mp3", "audio/mpeg", b"")


def fields(**texts: str) -> Form:
    return Form({name: (text,) for name, text in texts.items()}, ())


def test_texts_flags_and_files_are_read() -> None:
    """What is absent is empty, false or nothing."""
    form = Form({"a": ("x",), "yes": ("True",), "no": ("false",), "n": ("0.5",)}, (FILE,))

    assert form_fields.required_text(form, "a") == "x"
    assert form_fields.optional_text(form, "b") == ""
    assert form_fields.optional_flag(form, "yes")
    assert not form_fields.optional_flag(form, "no")
    assert not form_fields.optional_flag(form, "absent")
    form_fields.check_number(form, "n", 0, 1)
    form_fields.check_number(form, "absent", 0, 1)
    form_fields.check_known(form, frozenset({"a", "yes", "no", "n", "f"}))
    form_fields.check_one_of("a", "x", ("x", "y"))
    assert form_fields.required_files(form, "f", at_most=1) == (FILE,)


def test_files_may_go_by_several_names() -> None:
    """In the order sent."""
    other = UploadedFile("f[]", "b.mp3", "audio/mpeg", b"y")
    form = Form({}, (other, FILE))

    assert form_fields.required_files(form, "f", "f[]", at_most=2) == (other, FILE)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda: form_fields.required_text(fields(), "a"), "a is required"),
        (lambda: form_fields.required_text(fields(a=""), "a"), "a must not be empty"),
        (
            lambda: form_fields.optional_text(Form({"a": ("x", "y")}, ()), "a"),
            "a must be given once, and comes 2 times",
        ),
        (
            lambda: form_fields.optional_text(Form({}, (FILE,)), "f"),
            "f must be text, and is a file",
        ),
        (lambda: form_fields.optional_flag(fields(a="1"), "a"), "a must be true or false"),
        (lambda: form_fields.check_number(fields(a="x"), "a", 0, 1), "a must be a number"),
        (lambda: form_fields.check_number(fields(a="nan"), "a", 0, 1), "a must be a number"),
        (
            lambda: form_fields.check_number(fields(a="2"), "a", 0, 1),
            "a must be between 0 and 1",
        ),
        (lambda: form_fields.check_one_of("a", "z", ("x", "y")), "a must be one of x, y"),
        (
            lambda: form_fields.check_known(Form({}, (FILE,)), frozenset({"a"})),
            "f is not a field of this request",
        ),
        (lambda: form_fields.required_files(fields(), "f", at_most=1), "f is required"),
        (
            lambda: form_fields.required_files(fields(f="x"), "f", at_most=1),
            "f must be files, each with a filename",
        ),
        (
            lambda: form_fields.required_files(Form({}, (FILE, FILE)), "f", at_most=1),
            "f must have at most 1 files, and has 2",
        ),
        (
            lambda: form_fields.required_files(Form({}, (FILE, EMPTY)), "f", at_most=2),
            "f[1] must not be empty",
        ),
    ],
)
def test_a_mistake_names_its_field(read: Callable[[], object], message: str) -> None:
    """In one line."""
    with pytest.raises(BadRequest) as refusal:
        read()

    assert str(refusal.value) == message
