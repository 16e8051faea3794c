"""Calls about money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.admission.budget import budgets_of
from mockserver.admission.prices import MICRO, micro_units
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.control.spending import (
    BudgetInfo,
    BudgetRaise,
    BudgetReset,
    BudgetsCall,
    BudgetTopUp,
)
from mockserver.errors import NoBudgetError
from mockserver.moments import iso_time
from mockserver.settings import BudgetSettings, SandboxSettings
from mockserver.settings.budget import MAIN, PROJECT_BUDGET, check_spending

if TYPE_CHECKING:
    from mockserver.admission.ledger import Account, Period
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox
    from mockserver.settings.budget import AllowanceSettings


async def show_budget(call: ControlCall) -> Answer:
    """Limit, spent and set aside of the table ``budget``."""
    return _budget_answer(call.sandbox)


async def set_budget(call: ControlCall) -> Answer:
    """A budget with these settings; what was spent stays spent."""
    return _with_budget(call.sandbox, call.asked(BudgetSettings))


async def remove_budget(call: ControlCall) -> Answer:
    """No budget in the table ``budget``."""
    return _with_budget(call.sandbox, None)


async def show_budgets(call: ControlCall) -> Answer:
    """Every account of every budget."""
    return json_answer([told(account) for account in _accounts(call.sandbox)])


async def set_budgets(call: ControlCall) -> Answer:
    """These budgets beside the table ``budget``; what was spent of those that stay stays spent."""
    sandbox = call.sandbox
    _adopt(
        sandbox, sandbox.settings.model_copy(update={"budgets": call.asked(BudgetsCall).budgets})
    )
    return await show_budgets(call)


async def show_one(call: ControlCall) -> Answer:
    """The accounts of one budget, each with its periods before."""
    return _one_answer(call)


async def raise_budget(call: ControlCall) -> Answer:
    """A higher (or any other) limit, from now on."""
    sandbox, asked, budget_id = call.sandbox, call.asked(BudgetRaise), _id_of(call)
    terms = _terms(sandbox, budget_id)
    change = _raised(terms, asked)
    _adopt(sandbox, _with_terms(sandbox.settings, budget_id, change))
    return _one_answer(call)


async def top_up(call: ControlCall) -> Answer:
    """So much more in this period."""
    asked, now_s = call.asked(BudgetTopUp), call.sandbox.clock.wall_s()
    terms = _terms(call.sandbox, _id_of(call))
    for given, limit, measure in (
        (asked.units, terms.limit_units, "money"),
        (asked.tokens, terms.limit_tokens, "tokens"),
    ):
        if given is not None and limit is None:
            raise NoBudgetError(f"budget {_id_of(call)!r} has no limit in {measure} to top up")
    for account in _named(call, asked.subject):
        account.top_up(micro_units(asked.units or 0.0), asked.tokens or 0, now_s)
    return _one_answer(call)


async def reset_budget(call: ControlCall) -> Answer:
    """A new period: nothing is spent."""
    asked, now_s = call.asked(BudgetReset), call.sandbox.clock.wall_s()
    for account in _named(call, asked.subject):
        account.restart(now_s)
    return _one_answer(call)


def told(account: Account, *, history: bool = False) -> dict[str, Any]:
    """An account in plain values; with its periods before where they are asked for."""
    terms = account.budget.terms
    present = {
        "id": account.budget.id,
        "scope": account.budget.scope,
        "subject": account.subject,
        "mode": terms.mode,
        "period": terms.period,
        "spelling": terms.spelling,
        "alerts": account.alerts,
        **_period(account.period),
        "refused": account.refused,
    }
    if history:
        present["history"] = [_period(period) for period in account.history]
    return present


def _period(period: Period) -> dict[str, Any]:
    units, tokens = period.units, period.tokens
    return {
        "start": iso_time(period.start_s, "seconds"),
        "end": None if period.end_s is None else iso_time(period.end_s, "seconds"),
        "ended": None if period.ended_s is None else iso_time(period.ended_s, "seconds"),
        "limit_units": None if units.limit is None else units.limit / MICRO,
        "spent_units": units.spent / MICRO,
        "reserved_units": units.reserved / MICRO,
        "limit_tokens": tokens.limit,
        "spent_tokens": tokens.spent,
        "reserved_tokens": tokens.reserved,
        "refused": period.refused,
        "alerted": sorted({*units.told, *tokens.told}),
    }


def _accounts(sandbox: Sandbox) -> tuple[Account, ...]:
    """Every account, also of keys that have asked for nothing yet."""
    now_s = sandbox.clock.wall_s()
    for key in sandbox.settings.keys:
        sandbox.ledger.applying(key.id, key.project, now_s)
    return sandbox.ledger.accounts(now_s)


def _id_of(call: ControlCall) -> str:
    return call.names.get("budget", MAIN)


def _terms(sandbox: Sandbox, budget_id: str) -> AllowanceSettings:
    """The terms of a budget; raises NoBudgetError."""
    known = {budget.id: budget.terms for budget in budgets_of(sandbox.settings)}
    if budget_id in known:
        return known[budget_id]
    if budget_id == MAIN:
        raise NoBudgetError(f"sandbox {sandbox.name!r} has no budget; PUT one to …/budget")
    raise NoBudgetError(f"no budget {budget_id!r}; there are: {', '.join(known) or 'none'}")


def _named(call: ControlCall, subject: str | None) -> tuple[Account, ...]:
    """The accounts of the budget in the path, or the one of a subject; raises NoBudgetError."""
    budget_id = _id_of(call)
    _terms(call.sandbox, budget_id)
    found = tuple(one for one in _accounts(call.sandbox) if one.budget.id == budget_id)
    if subject is None:
        return found
    named = tuple(one for one in found if one.subject == subject)
    if not named:
        known = ", ".join(one.subject for one in found) or "none"
        raise NoBudgetError(f"budget {budget_id!r} has no account {subject!r}; there are: {known}")
    return named


def _raised(terms: AllowanceSettings, asked: BudgetRaise) -> dict[str, float | int]:
    if asked.to_units is not None:
        return {"limit_units": asked.to_units}
    if asked.to_tokens is not None:
        return {"limit_tokens": asked.to_tokens}
    if asked.by_units is not None and terms.limit_units is not None:
        return {"limit_units": terms.limit_units + asked.by_units}
    if asked.by_tokens is not None and terms.limit_tokens is not None:
        return {"limit_tokens": terms.limit_tokens + asked.by_tokens}
    measure = "units" if asked.by_units is not None else "tokens"
    raise NoBudgetError(f"this budget has no limit in {measure}; give it one with to_{measure}")


def _with_terms(
    settings: SandboxSettings, budget_id: str, change: dict[str, float | int]
) -> SandboxSettings:
    """The settings with a budget changed, wherever it stands."""
    if budget_id == MAIN and settings.budget is not None:
        return settings.model_copy(update={"budget": settings.budget.model_copy(update=change)})
    if budget_id.startswith(PROJECT_BUDGET):
        projects = tuple(
            project.model_copy(update={"budget": project.budget.model_copy(update=change)})
            if project.budget is not None and budget_id == f"{PROJECT_BUDGET}{project.id}"
            else project
            for project in settings.projects
        )
        return settings.model_copy(update={"projects": projects})
    budgets = tuple(
        budget.model_copy(update=change) if budget.id == budget_id else budget
        for budget in settings.budgets
    )
    return settings.model_copy(update={"budgets": budgets})


def _adopt(sandbox: Sandbox, settings: SandboxSettings) -> None:
    """Put settings in force; raises NoBudgetError for what does not go together."""
    try:
        check_spending(settings)
    except ValueError as error:
        raise NoBudgetError(str(error)) from None
    sandbox.replace_settings(settings)


def _one_answer(call: ControlCall) -> Answer:
    """The short form's own account, or all accounts of the budget in the path."""
    if "budget" not in call.names:
        return _budget_answer(call.sandbox)
    return json_answer([told(account, history=True) for account in _named(call, None)])


def _budget_answer(sandbox: Sandbox) -> Answer:
    for account in _accounts(sandbox):
        if account.budget.id == MAIN:
            return json_answer(told(account, history=True))
    return json_answer(
        {
            "limit_units": None,
            "spent_units": sandbox.ledger.spent_micro / MICRO,
            "reserved_units": sandbox.ledger.reserved_micro / MICRO,
            "spelling": None,
        }
    )


def _with_budget(sandbox: Sandbox, budget: BudgetSettings | None) -> Answer:
    _adopt(sandbox, sandbox.settings.model_copy(update={"budget": budget}))
    return _budget_answer(sandbox)


CALLS: Calls = {
    ("GET", f"{ONE}/budget"): Call(show_budget, told=BudgetInfo),
    ("PUT", f"{ONE}/budget"): Call(set_budget, told=BudgetInfo, asked=BudgetSettings),
    ("DELETE", f"{ONE}/budget"): Call(remove_budget, told=BudgetInfo),
    ("POST", f"{ONE}/budget/raise"): Call(raise_budget, told=BudgetInfo, asked=BudgetRaise),
    ("POST", f"{ONE}/budget/reset"): Call(reset_budget, told=BudgetInfo, asked=BudgetReset),
    ("GET", f"{ONE}/budgets"): Call(show_budgets, told=tuple[BudgetInfo, ...]),
    ("PUT", f"{ONE}/budgets"): Call(set_budgets, told=tuple[BudgetInfo, ...], asked=BudgetsCall),
    ("GET", f"{ONE}/budgets/{{budget}}"): Call(show_one, told=tuple[BudgetInfo, ...]),
    ("POST", f"{ONE}/budgets/{{budget}}/raise"): Call(
        raise_budget, told=tuple[BudgetInfo, ...], asked=BudgetRaise
    ),
    ("POST", f"{ONE}/budgets/{{budget}}/top-up"): Call(
        top_up, told=tuple[BudgetInfo, ...], asked=BudgetTopUp
    ),
    ("POST", f"{ONE}/budgets/{{budget}}/reset"): Call(
        reset_budget, told=tuple[BudgetInfo, ...], asked=BudgetReset
    ),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
