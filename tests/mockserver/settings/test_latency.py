"""How long a healthy server takes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import LatencySettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert LatencySettings().answer_s == 0


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (LatencySettings, {"answer_s": -0.1}),
        (LatencySettings, {"answer_s": float("nan")}),
        (LatencySettings, {"answer_s": "1"}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
