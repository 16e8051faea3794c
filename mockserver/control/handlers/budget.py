"""Calls about money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.admission.prices import MICRO
from mockserver.control.calls import BudgetRaise
from mockserver.control.handlers.call import ONE, Calls, ControlCall, json_answer
from mockserver.errors import NoBudgetError
from mockserver.settings import BudgetSettings

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def show_budget(call: ControlCall) -> Answer:
    """Limit, spent and set aside."""
    return _budget_answer(call.sandbox)


async def set_budget(call: ControlCall) -> Answer:
    """A budget with these settings; what was spent stays spent."""
    return _with_budget(call.sandbox, call.asked(BudgetSettings))


async def raise_budget(call: ControlCall) -> Answer:
    """A higher (or any other) limit."""
    sandbox, asked = call.sandbox, call.asked(BudgetRaise)
    budget = sandbox.settings.budget
    if budget is None:
        raise NoBudgetError(f"sandbox {sandbox.name!r} has no budget; PUT one to …/budget")
    limit = asked.to_units if asked.to_units is not None else budget.limit_units
    if limit is None:
        raise NoBudgetError("this budget has no limit in money; raise it to one with to_units")
    raised = budget.model_copy(update={"limit_units": limit + (asked.by_units or 0.0)})
    return _with_budget(sandbox, raised)


async def reset_budget(call: ControlCall) -> Answer:
    """A new period: nothing is spent."""
    call.sandbox.purse.clear()
    return _budget_answer(call.sandbox)


async def remove_budget(call: ControlCall) -> Answer:
    """No budget."""
    return _with_budget(call.sandbox, None)


def _budget_answer(sandbox: Sandbox) -> Answer:
    budget = sandbox.settings.budget
    return json_answer(
        {
            "limit_units": budget.limit_units if budget else None,
            "spent_units": sandbox.ledger.spent_micro / MICRO,
            "reserved_units": sandbox.ledger.reserved_micro / MICRO,
            "spelling": budget.spelling if budget else None,
        }
    )


def _with_budget(sandbox: Sandbox, budget: BudgetSettings | None) -> Answer:
    sandbox.replace_settings(sandbox.settings.model_copy(update={"budget": budget}))
    return _budget_answer(sandbox)


CALLS: Calls = {
    ("GET", f"{ONE}/budget"): show_budget,
    ("PUT", f"{ONE}/budget"): set_budget,
    ("DELETE", f"{ONE}/budget"): remove_budget,
    ("POST", f"{ONE}/budget/raise"): raise_budget,
    ("POST", f"{ONE}/budget/reset"): reset_budget,
}
"""What this module answers: method, path after ``/_mock``, and the call."""
