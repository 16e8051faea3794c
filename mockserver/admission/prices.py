"""What work costs: whole numbers of micro-units, so that no rounding ever passes a limit.

A micro-unit is a millionth of the unit that prices and budgets are written in. Source: the real
prices are not public (pawa-api.md section 5), so every number here is the user's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mockserver.settings.budget import PriceSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.settings import SandboxSettings

MICRO = 1_000_000
"""Micro-units in one unit."""

PRICES_REMEMBERED = 1_000
"""Pairs of model and kind whose price is remembered; above that it is looked up again."""


def micro_units(units: float) -> int:
    """Units as whole micro-units, to the nearest; exact for what a person writes in decimals."""
    return round(Decimal(str(units)) * MICRO)


@dataclass(frozen=True, slots=True)
class Price:
    """A price in micro-units: for 1,000 tokens read, 1,000 written, a request, and an item."""

    in_per_1k: int = 0
    out_per_1k: int = 0
    per_request: int = 0
    per_item: int = 0

    def cost(self, tokens_in: int, tokens_out: int, items: int) -> int:
        """What one request costs, in micro-units; a fraction of one counts as a whole one."""
        thousandfold = self.in_per_1k * tokens_in + self.out_per_1k * tokens_out
        return self.per_request + self.per_item * items - (-thousandfold // 1000)


FREE = Price()
"""What work costs that no model does."""


class Tariff:
    """A price table, made once for a snapshot of settings.

    ``prices`` are by model or glob of models, ``kinds`` by endpoint or glob of endpoints, in the
    order in which they are tried.
    """

    def __init__(
        self, usual: Price, prices: Mapping[str, Price], kinds: Mapping[str, Price]
    ) -> None:
        self._usual = usual
        self._prices = prices
        self._kinds = kinds
        self._known: dict[tuple[str | None, str], Price] = {}

    def price(self, model: str | None, kind: str) -> Price:
        """The price of a model's work at an endpoint (its kind)."""
        found = self._known.get((model, kind))
        if found is None:
            found = self._look_up(model, kind)
            if len(self._known) < PRICES_REMEMBERED:
                self._known[model, kind] = found
        return found

    def _look_up(self, model: str | None, kind: str) -> Price:
        own = None if model is None else _fitting(self._prices, model)
        if own is None:
            own = _fitting(self._kinds, kind)
        if own is not None:
            return own
        return FREE if model is None else self._usual


def tariff_of(settings: SandboxSettings) -> Tariff:
    """The price table of a sandbox: of ``pricing``, else of ``budget``, else the usual prices."""
    table = settings.pricing or settings.budget
    if table is None:
        return Tariff(_price(PriceSettings()), {}, {})
    return Tariff(
        _price(table.price),
        {name: _price(price) for name, price in table.prices.items()},
        {name: _price(price) for name, price in table.kinds.items()},
    )


def _price(settings: PriceSettings) -> Price:
    return Price(
        in_per_1k=micro_units(settings.in_per_1k),
        out_per_1k=micro_units(settings.out_per_1k),
        per_request=micro_units(settings.per_request),
        per_item=micro_units(settings.per_item),
    )


def _fitting(table: Mapping[str, Price], name: str) -> Price | None:
    """The price of exactly that name, or of the first glob that it fits."""
    exact = table.get(name)
    if exact is not None:
        return exact
    return next((price for glob, price in table.items() if fnmatchcase(name, glob)), None)
