"""How much a server can do at once."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import CapacitySettings, OverloadSettings, SandboxSettings


def test_without_a_word_there_is_a_worker_for_everybody() -> None:
    """And with a number of workers alone, a queue of a hundred."""
    assert SandboxSettings().capacity is None
    assert CapacitySettings(workers=4) == CapacitySettings(
        workers=4,
        queue=100,
        queue_s=None,
        overload=OverloadSettings(status=503, retry_after_s=None),
        abandon="finish",
        frozen=False,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"workers": 0},
        {"workers": 1.5},
        {"workers": 1, "queue": -1},
        {"workers": 1, "queue_s": -1},
        {"workers": 1, "overload": {"status": 500}},
        {"workers": 1, "overload": {"retry_after_s": 0}},
        {"workers": 1, "abandon": "maybe"},
        {"workers": 1, "threads": 2},
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        CapacitySettings.model_validate(fields)
