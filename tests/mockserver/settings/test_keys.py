"""Keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import KeyBlockSettings, KeySettings, PreviousSecret


def test_what_is_not_told_is_as_documented() -> None:
    """A key opens everything, for ever; a block is 403 and comes by hand only."""
    key = KeySettings(id="a", key="x")

    assert (key.state, key.expires_at, key.uses, key.models) == ("active", None, None, ())
    assert (KeyBlockSettings().after_refusals, KeyBlockSettings().status) == (None, 403)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "a", "key": "has space"},
        {"id": "a b", "key": "x"},
        {"id": "a", "key": "x", "state": "asleep"},
        {"id": "a", "key": "x", "uses": 0},
        {"id": "a", "key": "x", "expires_at": "2026-01-01T00:00:00"},
        {"id": "a", "key": "x", "expires_at": -1.0},
        {"id": "a", "key": "x", "not_before": 5.0, "expires_at": 5.0},
        {"id": "a", "key": "x", "models": [""]},
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(fields: dict[str, Any]) -> None:
    """Never clamped, never guessed; a date without a zone is a guess."""
    with pytest.raises(ValidationError):
        KeySettings.model_validate(fields)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (60, 60.0),
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T03:00:00+03:00", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_seconds_or_a_date_with_its_zone(written: object, moment: object) -> None:
    """As TOML and JSON write them."""
    key = KeySettings.model_validate({"id": "a", "key": "x", "expires_at": written})

    assert key.expires_at == moment


def test_no_secret_is_in_what_a_key_looks_like() -> None:
    """Neither the present one nor those before it."""
    key = KeySettings(id="a", key="now-secret", previous=(PreviousSecret(key="old", until=1.0),))

    assert "secret" not in repr(key)
    assert "'old'" not in repr(key)
    assert key.secrets == ("now-secret", "old")
