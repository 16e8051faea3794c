"""Who pays for a request, and the answer when a budget is used up.

Source: pawa-api.md section 5 (a budget exists; status and body of its refusal are undocumented).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mockserver.admission.ledger import Budget, Ledger, Reservation
from mockserver.admission.prices import Tariff, tariff_of
from mockserver.api import envelope
from mockserver.settings.budget import MAIN, PROJECT_BUDGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.admission.alerts import Alert
    from mockserver.admission.ledger import Account
    from mockserver.answer import Answer
    from mockserver.api.work import Work
    from mockserver.clock import Clock
    from mockserver.settings import KeySettings, SandboxSettings

log = logging.getLogger(__name__)


class Purse:
    """The price table and the ledger of a sandbox, as its settings have them.

    Limits and prices are those in force when a request reserves; it is settled at the same price.
    ``charges`` says whether anything has a price or a limit at all: without, nobody is asked.
    """

    def __init__(
        self, settings: SandboxSettings, clock: Clock, on_alert: Callable[[Alert], None]
    ) -> None:
        self._clock = clock
        self.ledger = Ledger(on_alert)
        self.tariff: Tariff
        self.charges: bool
        self.adopt(settings)

    def adopt(self, settings: SandboxSettings) -> None:
        """Take up changed settings; what was spent stays spent."""
        budgets = budgets_of(settings)
        self.charges = settings.pricing is not None or bool(budgets)
        self.tariff = tariff_of(settings)
        self.ledger.adopt(budgets, self._clock.wall_s())

    def clear(self) -> None:
        """Nothing was ever spent."""
        self.ledger.clear(self._clock.wall_s())

    def reserve(self, work: Work, key: KeySettings) -> Reservation | Answer:
        """Set aside the most that work can cost, or the refusal of the first budget without it."""
        now_s = self._clock.wall_s()
        price = self.tariff.price(work.model, work.endpoint)
        found = self.ledger.reserve(
            self.ledger.applying(key.id, key.project, now_s),
            price.cost(work.tokens_in, work.tokens_out_ceiling, work.items),
            work.tokens_in + work.tokens_out_ceiling,
            now_s,
            price,
        )
        return found if isinstance(found, Reservation) else refusal(found)

    def settle(
        self, reservation: Reservation, tokens_in: int, tokens_out: int, items: int | None
    ) -> int:
        """Pay for what was used (``items`` None: the work was never done); the cost in micro-units.

        A reply that used more than its work had announced is a mistake of the mock: it is logged,
        and charged what was reserved, since a limit is never passed.
        """
        done = items is not None
        micro = reservation.price.cost(tokens_in, tokens_out, items) if items is not None else 0
        tokens = tokens_in + tokens_out if done else 0
        if micro > reservation.micro or tokens > reservation.tokens:
            log.error("a reply used more than its work announced: %d tokens", tokens)
            micro, tokens = min(micro, reservation.micro), min(tokens, reservation.tokens)
        self.ledger.settle(reservation, micro, tokens)
        return micro


def budgets_of(settings: SandboxSettings) -> tuple[Budget, ...]:
    """Every budget that the settings name, in the order in which they are asked."""
    main = settings.budget
    return (
        *(() if main is None else (Budget(MAIN, "sandbox", main),)),
        *(Budget(one.id, one.scope, one, one.only) for one in settings.budgets),
        *(
            Budget(f"{PROJECT_BUDGET}{project.id}", "project", project.budget, (project.id,))
            for project in settings.projects
            if project.budget is not None
        ),
    )


def refusal(account: Account) -> Answer:
    """The budget is used up: 402, or 403 or 429 where it is spelled so; never a Retry-After."""
    return envelope.budget_exhausted(account.budget.terms.spelling)
