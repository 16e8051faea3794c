"""Texts with placeholders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.templates import PLACEHOLDERS, check_template, filled


@given(st.text())
def test_what_is_filled_in_is_not_looked_at(prompt: str) -> None:
    """Braces in a prompt are text like any other."""
    assert filled("<{prompt}>", {"prompt": prompt}) == f"<{prompt}>"


def test_every_placeholder_may_stand_in_a_template() -> None:
    """And a brace is written twice."""
    template = " ".join(f"{{{name}}}" for name in PLACEHOLDERS) + ' {{"a": 1}}'

    check_template(template)

    values = dict.fromkeys(PLACEHOLDERS, "x")
    assert filled(template, values) == " ".join("x" * len(PLACEHOLDERS)) + ' {"a": 1}'


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{name}", "has the unknown placeholder {name}; known: {prompt}, {system}"),
        ("{}", "has the unknown placeholder {}"),
        ("{prompt.__class__}", "has the unknown placeholder {prompt.__class__}"),
        ("{prompt[0]}", "has the unknown placeholder {prompt[0]}"),
        ("{prompt!r}", "has the unknown placeholder {prompt!r}"),
        ("{prompt:>9999999}", "has the unknown placeholder {prompt:>9999999}"),
        ("{prompt", "has a brace alone"),
        ("a } b", "has a brace alone"),
    ],
)
def test_only_plain_placeholders_are_known(template: str, message: str) -> None:
    """No attributes, no indexes, no widths."""
    with pytest.raises(ValueError, match=r"placeholder|brace") as caught:
        check_template(template)

    assert str(caught.value).startswith(message)
