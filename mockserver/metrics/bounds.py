"""Samples of what bounds a sandbox: rate limits, budgets, workers, and how much of each is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.admission.prices import MICRO
from mockserver.metrics.labels import Sums, shown_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client.core import Metric

    from mockserver.admission.ledger import Pot
    from mockserver.sandbox import Sandbox

_LIMIT = ("sandbox", "limit", "dimension", "scope", "owner")
_BUDGET = ("sandbox", "budget", "scope", "subject")
_SANDBOX = ("sandbox",)


def families(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    """Every family of samples about bounds."""
    yield from _rate_limits(sandboxes)
    yield from _budgets(sandboxes)
    yield from _workers(sandboxes)


def _rate_limits(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    """Of two limits that have everything in common (in two projects) the lesser one is told."""
    limits = Sums("rate_limit_limit", "What a rate limit allows when it is whole.", _LIMIT)
    left = Sums("rate_limit_remaining", "What is left of a rate limit now.", _LIMIT)
    for sandbox in sandboxes:
        shown = shown_by(sandbox)
        for one in sandbox.limiter.all_standings(sandbox.clock.monotonic_ns()):
            labels = (sandbox.name, shown(one.name), one.dimension, one.scope, shown(one.owner))
            limits.least(labels, one.limit)
            left.least(labels, one.remaining)
    yield limits.gauge()
    yield left.gauge()


class _Spending:
    """The families of one measure of budgets, money or tokens; ``unit`` is of so many parts."""

    def __init__(self, unit: str, told: str, parts: int) -> None:
        self.unit = unit
        self._parts = parts
        self._limit = Sums(f"budget_limit_{unit}", f"{told} that a budget allows.", _BUDGET)
        self._spent = Sums(f"budget_spent_{unit}", f"{told} spent in this period.", _BUDGET)
        self._reserved = Sums(f"budget_reserved_{unit}", f"{told} set aside.", _BUDGET)

    def add(self, labels: tuple[str, ...], pot: Pot) -> float | None:
        """One account; the share of its limit that is spent, None without a limit."""
        self._spent.add(labels, pot.spent / self._parts)
        self._reserved.add(labels, pot.reserved / self._parts)
        if pot.limit is None:
            return None
        self._limit.add(labels, pot.limit / self._parts)
        return pot.spent / pot.limit if pot.limit else 1.0

    def families(self) -> Iterator[Metric]:
        """All of it."""
        yield self._limit.gauge()
        yield self._spent.gauge()
        yield self._reserved.gauge()


def _budgets(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    money = _Spending("units", "Units of money", MICRO)
    tokens = _Spending("tokens", "Tokens", 1)
    told = "Share of a budget's limit that is spent; 1 where nothing may be spent."
    ratio = Sums("budget_spent_ratio", told, (*_BUDGET, "measure"))
    alerts = Sums("budget_alerts_total", "Shares of a budget that were told of.", _BUDGET)
    refused = Sums("budget_refused_total", "Requests that a budget refused.", _BUDGET)
    for sandbox in sandboxes:
        shown = shown_by(sandbox)
        for account in sandbox.ledger.accounts(sandbox.clock.wall_s()):
            budget, period = account.budget, account.period
            labels = (sandbox.name, shown(budget.id), budget.scope, shown(account.subject))
            for spending, pot in ((money, period.units), (tokens, period.tokens)):
                share = spending.add(labels, pot)
                if share is not None:
                    ratio.add((*labels, spending.unit), share)
            alerts.add(labels, account.alerts)
            refused.add(labels, account.refused)
    yield from money.families()
    yield from tokens.families()
    yield ratio.gauge()
    yield alerts.counter()
    yield refused.counter()


def _workers(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    """Without a capacity there is a worker for everybody, and none to count."""
    total = Sums("workers", "Workers of a sandbox that has a capacity.", _SANDBOX)
    busy = Sums("workers_busy", "Workers that are at work.", _SANDBOX)
    abandoned = Sums("workers_abandoned", "Workers at work for clients that have left.", _SANDBOX)
    queue = Sums("queue_length", "Requests that wait for a worker.", _SANDBOX)
    for sandbox in sandboxes:
        workers, labels = sandbox.workers, (sandbox.name,)
        if workers.count is not None:
            total.add(labels, workers.count)
        busy.add(labels, workers.at_work)
        abandoned.add(labels, workers.abandoned)
        queue.add(labels, workers.queued)
    for sums in (total, busy, abandoned, queue):
        yield sums.gauge()
