"""How much may be spent, and what things cost."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mockserver.settings.snapshot import Amount, Snapshot


class PriceSettings(Snapshot):
    """What a model costs, in units of the budget, for 1,000 tokens read and 1,000 written."""

    in_per_1k: Amount = 1.0
    out_per_1k: Amount = 2.0


class BudgetSettings(Snapshot):
    """How much the sandbox may spend in all, and how it says that no more is left.

    ``limit_units`` is in whatever unit the prices are in. ``prices`` holds a model's own price;
    the others cost ``price``.
    """

    limit_units: Amount
    spelling: Literal[402, 403, 429] = 402
    price: PriceSettings = PriceSettings()
    prices: dict[str, PriceSettings] = Field(default_factory=dict)
