"""Keys."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import KeySettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert KeySettings(id="a", key="x").state == "active"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (KeySettings, {"id": "a", "key": "has space"}),
        (KeySettings, {"id": "a b", "key": "x"}),
        (KeySettings, {"id": "a", "key": "x", "state": "asleep"}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
