"""The ledger: what has been spent of each budget and set aside, never past a hard limit.

Amounts are whole numbers: micro-units of money, and tokens. A request sets the most that it can
cost aside in every budget that it falls under, in all of them or in none, and is settled with what
it did use. It belongs to the period in which it was let in, also when it ends in the next one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from mockserver.admission.alerts import Alert, next_threshold, threshold
from mockserver.admission.periods import span_at
from mockserver.admission.prices import FREE, Price, micro_units
from mockserver.settings.budget import MAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.settings.budget import AllowanceSettings, Scope

PERIODS_KEPT = 36
"""Closed periods that are kept of an account; older ones give way."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget of the settings: its id, whose money it is, and its terms.

    ``only`` names the projects or key ids that it is for; empty, it is for each of them.
    """

    id: str
    scope: Scope
    terms: AllowanceSettings
    only: tuple[str, ...] = ()

    def subject(self, key_id: str, project: str) -> str | None:
        """Whose account a request falls under; None where the budget is not for it."""
        if self.scope == "sandbox":
            return ""
        subject = project if self.scope == "project" else key_id
        return subject if self.includes(subject) else None

    def includes(self, subject: str) -> bool:
        """Whether the budget is for this project or key."""
        return not self.only or subject in self.only


@dataclass(slots=True, eq=False)
class Pot:
    """One measure of one period, money or tokens.

    ``limit`` is what alerts are shares of (None: no limit), top-ups (``credit``) included;
    ``ceiling`` what spent and reserved together never pass (None: they may). ``told`` are the
    shares that were alerted, ``alert_at`` the amount at which the next one is.
    """

    limit: int | None = None
    ceiling: int | None = None
    credit: int = 0
    spent: int = 0
    reserved: int = 0
    alert_at: int | None = None
    told: list[float] = field(default_factory=list)

    def allow(self, limit: int | None, terms: AllowanceSettings) -> None:
        """Take up a limit; what is spent stays spent."""
        self.limit = self.ceiling = None if limit is None else limit + self.credit
        if self.ceiling is not None:
            over = Decimal(str(terms.grace)) * self.ceiling
            self.ceiling += int(over.to_integral_value(ROUND_FLOOR))
        if terms.mode == "soft":
            self.ceiling = None
        self.alert_at = next_threshold(self.limit, terms.alerts, self.told)

    def holds(self, amount: int) -> bool:
        """Whether so much more fits; what costs nothing always does."""
        return (
            self.ceiling is None
            or not amount
            or self.spent + self.reserved + amount <= self.ceiling
        )


@dataclass(slots=True, eq=False)
class Period:
    """One period of an account. ``ended_s`` is when it gave way to the next, None for the latest.

    ``refused`` counts the requests that this account was the first to refuse.
    """

    account: Account
    start_s: float
    end_s: float | None
    ended_s: float | None = None
    units: Pot = field(default_factory=Pot)
    tokens: Pot = field(default_factory=Pot)
    refused: int = 0


class Account:
    """What one subject (the sandbox, a project, a key) has spent of one budget.

    ``alerts`` and ``refused`` count over all periods, ``history`` has the latest closed ones.
    """

    __slots__ = ("alerts", "budget", "history", "period", "refused", "subject")

    def __init__(self, budget: Budget, subject: str, wall_s: float) -> None:
        self.budget = budget
        self.subject = subject
        self.alerts = 0
        self.refused = 0
        self.history: deque[Period] = deque(maxlen=PERIODS_KEPT)
        self.period = self._begun(wall_s)

    def follow(self, budget: Budget, wall_s: float) -> None:
        """Take up changed terms; what was spent in this period stays spent."""
        self.roll(wall_s)
        if budget.terms == self.budget.terms:
            return
        self.budget = budget
        self.period.end_s = span_at(budget.terms, wall_s).end_s
        self._allow(self.period)

    def roll(self, wall_s: float) -> Period:
        """The period of this moment: the latest one, or a new one when its end has passed."""
        period = self.period
        if period.end_s is not None and wall_s >= period.end_s:
            self._close(period.end_s)
            self.period = period = self._begun(wall_s)
        return period

    def restart(self, wall_s: float) -> None:
        """A new period from now to the end of the present one: nothing is spent."""
        self.roll(wall_s)
        self._close(wall_s)
        self.period = self._begun(wall_s)
        self.period.start_s = wall_s

    def top_up(self, micro: int, tokens: int, wall_s: float) -> None:
        """So much more may be spent in this period, where it has such a limit."""
        period = self.roll(wall_s)
        period.units.credit += micro
        period.tokens.credit += tokens
        self._allow(period)

    def _close(self, at_s: float) -> None:
        self.period.ended_s = at_s
        self.history.append(self.period)

    def _begun(self, wall_s: float) -> Period:
        span = span_at(self.budget.terms, wall_s)
        period = Period(self, span.start_s, span.end_s)
        self._allow(period)
        return period

    def _allow(self, period: Period) -> None:
        terms = self.budget.terms
        units = None if terms.limit_units is None else micro_units(terms.limit_units)
        period.units.allow(units, terms)
        period.tokens.allow(terms.limit_tokens, terms)


@dataclass(slots=True, eq=False)
class Reservation:
    """What is set aside for one request: micro-units and tokens, in some periods, at a price."""

    micro: int
    tokens: int
    periods: tuple[Period, ...] = ()
    price: Price = FREE
    open: bool = True


class Ledger:
    """The accounts of one sandbox.

    ``on_alert`` is called for every alert, while the request that caused it is settled.
    """

    def __init__(self, on_alert: Callable[[Alert], None] | None = None) -> None:
        self._on_alert = on_alert
        self._budgets: tuple[Budget, ...] = ()
        self._accounts: dict[tuple[str, str], Account] = {}
        self._of_key: dict[tuple[str, str], tuple[Account, ...]] = {}

    @property
    def spent_micro(self) -> int:
        """Settled so far in this period of the table ``budget``, in micro-units."""
        main = self._accounts.get((MAIN, ""))
        return 0 if main is None else main.period.units.spent

    @property
    def reserved_micro(self) -> int:
        """Set aside in this period of the table ``budget``, in micro-units."""
        main = self._accounts.get((MAIN, ""))
        return 0 if main is None else main.period.units.reserved

    def adopt(self, budgets: Iterable[Budget], wall_s: float) -> None:
        """Take up the budgets of new settings; an account whose budget stays keeps its money."""
        self._budgets = tuple(budgets)
        self._of_key.clear()
        for budget in self._budgets:
            for (budget_id, subject), account in tuple(self._accounts.items()):
                if budget_id != budget.id:
                    continue
                if account.budget.scope == budget.scope:
                    account.follow(budget, wall_s)
                else:
                    del self._accounts[budget_id, subject]
            if budget.scope == "sandbox":
                self._account(budget, "", wall_s)

    def clear(self, wall_s: float) -> None:
        """Forget every account; requests that are open are settled with the forgotten ones."""
        self._accounts.clear()
        self.adopt(self._budgets, wall_s)

    def applying(self, key_id: str, project: str, wall_s: float) -> tuple[Account, ...]:
        """The accounts that a request with this key falls under."""
        found = self._of_key.get((key_id, project))
        if found is None:
            subjects = [(budget, budget.subject(key_id, project)) for budget in self._budgets]
            found = tuple(
                self._account(budget, subject, wall_s)
                for budget, subject in subjects
                if subject is not None
            )
            self._of_key[key_id, project] = found
        return found

    def accounts(self, wall_s: float) -> tuple[Account, ...]:
        """The accounts of the budgets in force, in their order, each in its present period."""
        places = {budget.id: place for place, budget in enumerate(self._budgets)}
        found = [
            account
            for account in self._accounts.values()
            if account.budget.id in places
            and self._budgets[places[account.budget.id]].includes(account.subject)
        ]
        for account in found:
            account.roll(wall_s)
        return tuple(sorted(found, key=lambda one: (places[one.budget.id], one.subject)))

    def reserve(
        self,
        accounts: tuple[Account, ...],
        micro: int,
        tokens: int,
        wall_s: float,
        price: Price = FREE,
    ) -> Reservation | Account:
        """Set money and tokens aside in all of these accounts, or the first that has not enough."""
        if micro < 0 or tokens < 0:
            raise ValueError("a reservation cannot be negative")
        periods = tuple([account.roll(wall_s) for account in accounts])
        for period in periods:
            if not (period.units.holds(micro) and period.tokens.holds(tokens)):
                period.refused += 1
                period.account.refused += 1
                return period.account
        for period in periods:
            period.units.reserved += micro
            period.tokens.reserved += tokens
        return Reservation(micro, tokens, periods, price)

    def settle(self, reservation: Reservation, micro: int, tokens: int) -> None:
        """Spend what was really used and free the rest.

        Settling twice, or more than was reserved, is a mistake of the caller: ValueError.
        """
        if not (0 <= micro <= reservation.micro and 0 <= tokens <= reservation.tokens):
            raise ValueError(
                f"used {micro} and {tokens} tokens "
                f"of a reservation of {reservation.micro} and {reservation.tokens}"
            )
        if not reservation.open:
            raise ValueError("this reservation has been settled already")
        reservation.open = False
        for period in reservation.periods:
            units, counted = period.units, period.tokens
            units.reserved -= reservation.micro
            units.spent += micro
            counted.reserved -= reservation.tokens
            counted.spent += tokens
            if units.alert_at is not None and units.spent >= units.alert_at:
                self._alert(period, "units", units)
            if counted.alert_at is not None and counted.spent >= counted.alert_at:
                self._alert(period, "tokens", counted)

    def _account(self, budget: Budget, subject: str, wall_s: float) -> Account:
        account = self._accounts.get((budget.id, subject))
        if account is None:
            account = self._accounts[budget.id, subject] = Account(budget, subject, wall_s)
        return account

    def _alert(self, period: Period, measure: str, pot: Pot) -> None:
        account, limit = period.account, pot.limit
        budget = account.budget
        for share in sorted(set(budget.terms.alerts) - set(pot.told)):
            if limit is None or pot.spent < threshold(limit, share):
                break
            pot.told.append(share)
            account.alerts += 1
            if self._on_alert is not None:
                self._on_alert(
                    Alert(
                        budget=budget.id,
                        scope=budget.scope,
                        subject=account.subject,
                        measure=measure,
                        share=share,
                        spent=pot.spent,
                        limit=limit,
                        start_s=period.start_s,
                        end_s=period.end_s,
                    )
                )
        pot.alert_at = next_threshold(limit, budget.terms.alerts, pot.told)
