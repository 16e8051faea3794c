"""The time that a sandbox begins with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import ClockSettings


def test_without_a_word_the_clock_is_the_machines_and_runs() -> None:
    """The defaults."""
    assert ClockSettings() == ClockSettings(start=None, frozen=False)


def test_an_instant_is_written_with_its_zone() -> None:
    """Midnight in Dar es Salaam is nine in the evening in Greenwich."""
    settings = ClockSettings.model_validate({"start": "2027-01-01T00:00:00+03:00"})

    assert settings.start == datetime(2026, 12, 31, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [{"start": "2027-01-01T00:00:00"}, {"start": "now"}, {"frozen": 1}, {"rate": 2}],
)
def test_what_is_no_instant_and_no_switch_is_refused(fields: dict[str, Any]) -> None:
    """Never guessed."""
    with pytest.raises(ValidationError):
        ClockSettings.model_validate(fields)
