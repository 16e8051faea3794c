"""What may be spent: reserved before the wire, settled after it, given back when nothing was done.

A call is let in when at least what it will read can be paid for; then it reserves what it may cost
at most, or all that is left. So any number of calls at once can overspend by no more than one
answer, and a call that nothing is left for never reaches the wire.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.reference.errors import BudgetExhaustedError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know: what, when (Unix time in seconds), and in which numbers."""

    kind: str
    at: float
    detail: str


@dataclass(slots=True)
class Reservation:
    """An amount set aside for one call."""

    amount: float
    period: int
    open: bool = True


class Budget:
    """Spending against a limit in periods; all amounts in units of the prices."""

    def __init__(
        self,
        limit: float,
        period_s: float | None = None,
        alert_share: float = 0.8,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.limit = limit
        self._period_s = period_s
        self._alert_share = alert_share
        self._clock = clock
        self._wall = wall
        self._began_s = clock()
        self._period = 0
        self._spent = 0.0
        self._reserved = 0.0
        self._alerted = False
        self.alerts: list[Alert] = []

    @property
    def spent(self) -> float:
        """What this period has cost so far."""
        self._turn_period()
        return self._spent

    @property
    def left(self) -> float:
        """What is neither spent nor set aside."""
        self._turn_period()
        return max(0.0, self.limit - self._spent - self._reserved)

    def reserve(self, least: float, most: float) -> Reservation:
        """Sets ``most`` aside, or what is left.

        Raises BudgetExhaustedError when not even ``least`` is left.
        """
        left = self.left
        if not self.admits(least, left):
            raise BudgetExhaustedError(
                f"the budget is used up: {self._spent:g} of {self.limit:g} spent, "
                f"{self._reserved:g} set aside for calls under way; nothing was sent",
                code="local_budget",
            )
        reservation = Reservation(min(most, left), self._period)
        self._reserved += reservation.amount
        return reservation

    def admits(self, least: float, left: float) -> bool:
        """Whether a call that costs at least ``least`` may go out."""
        return left > 0 and least <= left

    def settle(self, reservation: Reservation, cost: float) -> None:
        """Replaces a reservation by what the call really cost; a second time changes nothing."""
        if not reservation.open:
            return
        reservation.open = False
        self._turn_period()
        if reservation.period == self._period:
            self._reserved = max(0.0, self._reserved - reservation.amount)
        self._spent += cost
        self._alert_if_due()

    def _turn_period(self) -> None:
        if self._period_s is None:
            return
        period = int((self._clock() - self._began_s) / self._period_s)
        if period != self._period:
            self._period, self._spent, self._reserved, self._alerted = period, 0.0, 0.0, False

    def _alert_if_due(self) -> None:
        if self._alerted or self._spent < self._alert_share * self.limit:
            return
        self._alerted = True
        detail = f"{self._spent:g} of {self.limit:g} spent"
        self.alerts.append(Alert("budget", self._wall(), detail))
