"""Money: what work costs, and a ledger that never spends more than the limit.

All sums are whole numbers of micro-units (a millionth of the unit that the prices are in), so that
no rounding ever passes the limit. A request reserves the most that it can cost, and is settled
with what was really used, for a cut stream the tokens sent. Source: pawa-api.md section 5 (a
budget exists; status and body of its refusal are undocumented).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mockserver.api import envelope

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.settings import BudgetSettings

MICRO = 1_000_000
"""Micro-units in one unit."""


def micro_units(units: float) -> int:
    """Units as whole micro-units, to the nearest; exact for what a person writes in decimals."""
    return round(Decimal(str(units)) * MICRO)


def cost_of(budget: BudgetSettings, model: str | None, tokens_in: int, tokens_out: int) -> int:
    """What work costs, in micro-units, rounded up; nothing where no model works."""
    if model is None:
        return 0
    price = budget.prices.get(model, budget.price)
    thousandfold = micro_units(price.in_per_1k) * tokens_in
    thousandfold += micro_units(price.out_per_1k) * tokens_out
    return -(-thousandfold // 1000)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one request, in micro-units."""

    number: int
    micro: int


class BudgetLedger:
    """What one sandbox has spent and set aside.

    Spent and reserved together never pass the limit that was in force at each reservation.
    """

    def __init__(self) -> None:
        self._spent = 0
        self._reserved = 0
        self._open: set[int] = set()
        self._made = 0

    @property
    def spent_micro(self) -> int:
        """Settled so far, in micro-units."""
        return self._spent

    @property
    def reserved_micro(self) -> int:
        """Set aside for requests that are still open, in micro-units."""
        return self._reserved

    def reserve(self, limit_micro: int, amount_micro: int) -> Reservation | None:
        """Set ``amount_micro`` aside, or None when that would pass the limit."""
        if amount_micro < 0:
            raise ValueError("a reservation cannot be negative")
        if self._spent + self._reserved + amount_micro > limit_micro:
            return None
        self._made += 1
        self._open.add(self._made)
        self._reserved += amount_micro
        return Reservation(self._made, amount_micro)

    def settle(self, reservation: Reservation, used_micro: int) -> None:
        """Spend what was really used and free the rest.

        Settling twice, or more than was reserved, is a mistake of the caller: ValueError.
        """
        if not 0 <= used_micro <= reservation.micro:
            raise ValueError(f"used {used_micro} of a reservation of {reservation.micro}")
        if reservation.number not in self._open:
            raise ValueError("this reservation has been settled already")
        self._open.remove(reservation.number)
        self._reserved -= reservation.micro
        self._spent += used_micro

    def reset(self) -> None:
        """A new period: nothing is spent; requests that are open keep their reservation."""
        self._spent = 0


def refusal(budget: BudgetSettings) -> Answer:
    """The budget is used up: 402, or 403 or 429 where it is spelled so; never a Retry-After."""
    return envelope.budget_exhausted(budget.spelling)
