"""Who pays for a request, and the answer when a budget is used up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.admission.budget import Purse, budgets_of, refusal
from mockserver.admission.ledger import Account, Budget, Reservation
from mockserver.answer import Answer
from mockserver.api.work import Work
from mockserver.clock import RealClock
from mockserver.settings import KeySettings, SandboxSettings
from mockserver.settings.budget import AllowanceSettings

if TYPE_CHECKING:
    from mockserver.api.work import Moment, Reply

KEY = KeySettings(id="k", key="secret-k", project="staging")


def purse_of(**settings: Any) -> Purse:
    return Purse(SandboxSettings.model_validate(settings), RealClock(), lambda _: None)


def work(tokens_in: int = 100, ceiling: int = 50, *, items: int = 1) -> Work:
    """Work of some model."""

    def make(_: Moment) -> Reply:
        raise NotImplementedError

    return Work("chat", "m", items, tokens_in, ceiling, None, stream=False, make=make)


def reserved(purse: Purse, asked: Work) -> Reservation:
    found = purse.reserve(asked, KEY)
    assert isinstance(found, Reservation)
    return found


def test_nobody_is_asked_where_nothing_costs_anything() -> None:
    """A price table or any budget is enough to ask."""
    budgets = [{"id": "one", "limit_tokens": 1}]

    assert not purse_of().charges
    assert purse_of(pricing={}).charges
    assert purse_of(budget={"limit_units": 1}).charges
    assert purse_of(budgets=budgets).charges


def test_the_most_is_set_aside_and_what_was_used_is_paid() -> None:
    """A hundred tokens read at 1, up to fifty written at 2 a thousand."""
    purse = purse_of(budget={"limit_units": 0.2})
    reservation = reserved(purse, work())

    assert (purse.ledger.spent_micro, purse.ledger.reserved_micro) == (0, 200_000)
    assert isinstance(purse.reserve(work(1, 0), KEY), Answer)
    assert purse.settle(reservation, 100, 20, 1) == 140_000
    assert (purse.ledger.spent_micro, purse.ledger.reserved_micro) == (140_000, 0)


def test_work_that_was_never_done_costs_nothing() -> None:
    """Not even the price of a request."""
    purse = purse_of(budget={"limit_units": 1}, pricing={"price": {"per_request": 0.5}})
    reservation = reserved(purse, work())

    assert purse.settle(reservation, 0, 0, None) == 0
    assert (purse.ledger.spent_micro, purse.ledger.reserved_micro) == (0, 0)


def test_a_request_is_paid_at_the_price_that_it_was_let_in_at() -> None:
    """Whatever the price has become."""
    purse = purse_of(pricing={"price": {"in_per_1k": 1}})
    reservation = reserved(purse, work())
    purse.adopt(SandboxSettings.model_validate({"pricing": {"price": {"in_per_1k": 9}}}))

    assert purse.settle(reservation, 100, 0, 1) == 100_000
    assert purse.settle(reserved(purse, work()), 100, 0, 1) == 900_000


def test_a_reply_that_passes_its_own_ceiling_is_charged_to_the_ceiling(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A limit is never passed; the log says what is wrong."""
    purse = purse_of(budget={"limit_units": 0.2})
    reservation = reserved(purse, work())
    with caplog.at_level(logging.ERROR):
        assert purse.settle(reservation, 100, 51, 1) == 200_000

    assert "more than its work announced" in caplog.text


def test_budgets_are_asked_in_the_order_of_the_settings() -> None:
    """The short form first, then the list, then the projects' own."""
    budgets = [
        {"id": "each-key", "scope": "key", "limit_units": 1},
        {"id": "staging", "scope": "project", "only": ["staging"], "limit_tokens": 1},
    ]
    settings = SandboxSettings.model_validate(
        {
            "budget": {"limit_units": 1},
            "budgets": budgets,
            "projects": [{"id": "other"}, {"id": "live", "budget": {"limit_units": 2}}],
        }
    )
    found = budgets_of(settings)

    assert [(one.id, one.scope, one.only) for one in found] == [
        ("budget", "sandbox", ()),
        ("each-key", "key", ()),
        ("staging", "project", ("staging",)),
        ("project:live", "project", ("live",)),
    ]


@pytest.mark.parametrize("spelling", [402, 403, 429])
def test_a_refusal_is_spelled_as_told(spelling: Any) -> None:
    """Three spellings, one message and code, no promise of when to come back."""
    terms = AllowanceSettings(limit_units=0, spelling=spelling)
    answer = refusal(Account(Budget("b", "sandbox", terms), "", 0.0))

    assert isinstance(answer.body, bytes)
    told = orjson.loads(answer.body)
    assert answer.status == spelling
    assert (told["message"], told["code"]) == ("Budget limit exceeded", "budget_exceeded")
    assert "Retry-After" not in dict(answer.headers)


def test_the_refusal_is_that_of_the_budget_that_refuses() -> None:
    """With its own spelling."""
    purse = purse_of(
        budget={"limit_units": 1}, budgets=[{"id": "t", "limit_tokens": 1, "spelling": 429}]
    )
    answer = purse.reserve(work(), KEY)

    assert isinstance(answer, Answer)
    assert answer.status == 429
