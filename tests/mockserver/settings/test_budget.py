"""Budgets and prices."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import (
    BudgetSettings,
    PriceSettings,
    PricingSettings,
    SandboxSettings,
    ScopedBudgetSettings,
)


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults: all of time, refused with 402, told at 80 and 100 %."""
    budget = BudgetSettings(limit_units=1)

    assert (budget.period, budget.mode, budget.spelling) == ("lifetime", "hard", 402)
    assert budget.alerts == (0.8, 1.0)
    assert PricingSettings() == PricingSettings(price=PriceSettings(in_per_1k=1.0, out_per_1k=2.0))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (BudgetSettings, {}),
        (BudgetSettings, {"limit_units": -1}),
        (BudgetSettings, {"limit_tokens": 1.5}),
        (BudgetSettings, {"limit_units": 1, "spelling": 500}),
        (BudgetSettings, {"limit_units": 1, "period": "weekly"}),
        (BudgetSettings, {"limit_units": 1, "reset_day": 2}),
        (BudgetSettings, {"limit_units": 1, "period": "monthly", "reset_day": 32}),
        (BudgetSettings, {"limit_units": 1, "period": "monthly", "reset_month": 2}),
        (BudgetSettings, {"limit_units": 1, "mode": "soft", "grace": 0.1}),
        (BudgetSettings, {"limit_units": 1, "alerts": (0.8, 0.8)}),
        (BudgetSettings, {"limit_units": 1, "alerts": (0.0,)}),
        (ScopedBudgetSettings, {"id": "one", "limit_units": 1, "only": ("a",)}),
        (ScopedBudgetSettings, {"id": "budget", "limit_units": 1}),
        (ScopedBudgetSettings, {"id": "one", "limit_units": 1, "price": {}}),
        (PriceSettings, {"in_per_1k": -0.1}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed, and never without any effect."""
    with pytest.raises(ValidationError):
        kind(**fields)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (
            {"budgets": [{"id": "a", "limit_units": 1}, {"id": "a", "limit_units": 2}]},
            "budget id 'a' occurs twice",
        ),
        (
            {"budget": {"limit_units": 1, "price": {"in_per_1k": 2}}, "pricing": {}},
            "prices stand in pricing and in budget",
        ),
        (
            {"projects": [{"id": "p", "budget": {"limit_units": 1, "kinds": {"chat": {}}}}]},
            "the budget of project 'p' has prices",
        ),
    ],
)
def test_a_sandbox_has_one_price_table_and_no_twin_budgets(
    settings: dict[str, Any], why: str
) -> None:
    """One request has one cost, whoever pays for it."""
    with pytest.raises(ValidationError, match=why):
        SandboxSettings.model_validate(settings)


def test_several_budgets_and_a_table_of_prices_go_together() -> None:
    """The short form beside them, without prices of its own."""
    settings = SandboxSettings.model_validate(
        {
            "budget": {"limit_units": 10, "period": "monthly", "reset_day": 15},
            "budgets": [
                {"id": "each-key", "scope": "key", "limit_tokens": 1_000, "period": "daily"},
                {"id": "live", "scope": "project", "only": ["production"], "limit_units": 5},
            ],
            "pricing": {"prices": {"pawa-v1-*": {"in_per_1k": 0.5}}},
        }
    )

    assert [budget.id for budget in settings.budgets] == ["each-key", "live"]
