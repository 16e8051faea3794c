"""Budgets and prices."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import BudgetSettings, PriceSettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert BudgetSettings(limit_units=1).spelling == 402


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (BudgetSettings, {"limit_units": -1}),
        (BudgetSettings, {"limit_units": 1, "spelling": 500}),
        (PriceSettings, {"in_per_1k": -0.1}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
