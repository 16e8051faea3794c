"""Who is told of alerts."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import WebhookSettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults; neither address nor secret is in the repr."""
    settings = WebhookSettings(url="https://example.org/hook", secret="hook-secret-1")

    assert (settings.attempts, settings.timeout_s) == (4, 5.0)
    assert "example" not in repr(settings)
    assert "hook-secret-1" not in repr(settings)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"url": "ftp://example.org"},
        {"url": "example.org/hook"},
        {"url": "http://"},
        {"secret": ""},
        {"attempts": 0},
        {"timeout_s": 0},
        {"retries": 1},
    ],
)
def test_bad_values_and_unknown_fields_are_refused(fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    base = {"url": "http://127.0.0.1:9/"} if fields and "url" not in fields else {}
    with pytest.raises(ValidationError):
        WebhookSettings(**(base | fields))
