"""What the API accepts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import ApiSettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert ApiSettings().unknown_fields == "ignore"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (ApiSettings, {"max_body_bytes": 0}),
        (ApiSettings, {"unknown_fields": "keep"}),
        (ApiSettings, {"enforce_capabilities": 1}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
