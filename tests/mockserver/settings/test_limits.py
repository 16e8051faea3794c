"""Rate limits."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import RateLimitSettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert RateLimitSettings(requests_per_minute=5).scope == "key"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (RateLimitSettings, {"requests_per_minute": 0}),
        (RateLimitSettings, {"requests_per_minute": 1.5}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
