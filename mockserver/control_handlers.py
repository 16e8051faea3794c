"""The calls of the control API: each a small function from a call to its answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from pydantic import BaseModel

from mockserver.admission.budget import MICRO
from mockserver.answer import Answer
from mockserver.config import ConfigError, check, merge
from mockserver.control_calls import BudgetRaise, JournalQuery, RulesCall, written_rule
from mockserver.errors import MockServerError
from mockserver.faults.rules import numbered
from mockserver.journal import to_json_line
from mockserver.settings import BudgetSettings, RateLimitSettings, SandboxSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.journal import Exchange, Journal
    from mockserver.sandbox import Sandbox
    from mockserver.server import MockServer

Model = TypeVar("Model", bound=BaseModel)

JSON_TYPE = ("Content-Type", "application/json")


class NoBudgetError(MockServerError):
    """A call about a budget where there is none."""


class UnknownRuleError(MockServerError):
    """A call about a rule that the plan does not have."""


@dataclass(frozen=True, slots=True)
class ControlCall:
    """One call; ``names`` holds what its path names: ``sandbox``, ``rule``."""

    server: MockServer
    names: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: bytes = b""

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox in the path; raises UnknownSandboxError."""
        return self.server.sandbox(self.names["sandbox"])

    def table(self) -> dict[str, Any]:
        """The body as a JSON object (an empty body is an empty one); raises ConfigError."""
        value = self._json()
        if not isinstance(value, dict):
            raise ConfigError(["body: must be a JSON object"])
        return value

    def rules(self) -> RulesCall:
        """The body as rules: ``{"rules": […]}``, a bare list, or one rule; raises ConfigError."""
        value = self._json()
        if isinstance(value, dict) and "rules" not in value:
            value = [value]
        if isinstance(value, list):
            value = {"rules": value}
        return check(RulesCall, value, "body")

    def asked(self, model: type[Model]) -> Model:
        """The body as a question; raises ConfigError."""
        return check(model, self.table(), "body")

    def _json(self) -> Any:
        try:
            return orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as error:
            raise ConfigError([f"body: is not JSON: {error}"]) from error


def json_answer(value: object, status: int = 200) -> Answer:
    """An answer of the control API: plain JSON, not in Pawa's envelope."""
    return Answer(status, (JSON_TYPE,), orjson.dumps(value))


async def health(call: ControlCall) -> Answer:
    """The server is up."""
    names = [sandbox.name for sandbox in call.server.sandboxes]
    return json_answer({"status": "ok", "sandboxes": names})


async def list_sandboxes(call: ControlCall) -> Answer:
    """Every sandbox."""
    return json_answer([_info(sandbox) for sandbox in call.server.sandboxes])


async def open_sandbox(call: ControlCall) -> Answer:
    """A new sandbox, from settings in the body."""
    sandbox = await call.server.open_sandbox(call.asked(SandboxSettings))
    return json_answer(_info(sandbox), 201)


async def show_sandbox(call: ControlCall) -> Answer:
    """One sandbox."""
    return json_answer(_info(call.sandbox))


async def close_sandbox(call: ControlCall) -> Answer:
    """A sandbox's end: its connections are ended too."""
    await call.server.close_sandbox(call.sandbox.name)
    return json_answer({})


async def reset_sandbox(call: ControlCall) -> Answer:
    """Back to the settings: journal, limits, money, counters and rules begin anew."""
    call.sandbox.reset()
    return json_answer(_info(call.sandbox))


async def show_settings(call: ControlCall) -> Answer:
    """The snapshot in force, keys without their secrets."""
    return json_answer(_shown_settings(call.sandbox.settings))


async def patch_settings(call: ControlCall) -> Answer:
    """Fields to change: tables are merged, everything else is replaced; null takes a limit away."""
    sandbox = call.sandbox
    changed = patched(sandbox.settings, call.table())
    sandbox.replace_settings(changed)
    return json_answer(_shown_settings(sandbox.settings))


def patched(settings: SandboxSettings, patch: Mapping[str, Any]) -> SandboxSettings:
    """The settings with a patch laid over them; raises ConfigError."""
    fixed = {"name", "port"} & patch.keys()
    if fixed:
        raise ConfigError([f"body: {min(fixed)}: cannot be changed; open another sandbox"])
    if "rules" in patch:
        raise ConfigError(["body: rules: have calls of their own; PUT them to …/rules"])
    current = settings.model_dump(exclude={"rules"})
    changed = check(SandboxSettings, merge(current, patch), "body")
    return changed.model_copy(update={"rules": settings.rules})


async def show_rules(call: ControlCall) -> Answer:
    """The rules in force, as they would be written."""
    return _rules_answer(call.sandbox)


async def add_rules(call: ControlCall) -> Answer:
    """Rules behind the others, whose counters stay."""
    sandbox, asked = call.sandbox, call.rules()
    before = len(sandbox.plan.rules)
    # Ids are settled for all of them first, so that a twin changes nothing.
    new = numbered((*sandbox.plan.rules, *asked.rules))[before:]
    try:
        for rule in new:
            sandbox.add_rule(rule)
    except MockServerError:
        for rule in sandbox.plan.rules[before:]:
            sandbox.remove_rule(str(rule.id))
        raise
    return _rules_answer(sandbox, 201)


async def replace_rules(call: ControlCall) -> Answer:
    """A new plan; every counter starts at nothing."""
    call.sandbox.replace_rules(call.rules().rules)
    return _rules_answer(call.sandbox)


async def remove_rules(call: ControlCall) -> Answer:
    """No rule is left."""
    call.sandbox.replace_rules(())
    return _rules_answer(call.sandbox)


async def remove_rule(call: ControlCall) -> Answer:
    """One rule less; the others' counters stay."""
    sandbox, rule_id = call.sandbox, call.names["rule"]
    known = [str(rule.id) for rule in sandbox.plan.rules]
    if rule_id not in known:
        raise UnknownRuleError(f"no rule {rule_id!r}; there are: {', '.join(known) or 'none'}")
    sandbox.remove_rule(rule_id)
    return _rules_answer(sandbox)


async def show_plan(call: ControlCall) -> Answer:
    """How often each rule matched, fired and was delivered."""
    return json_answer([asdict(status) for status in call.sandbox.plan_status()])


async def show_journal(call: ControlCall) -> Answer:
    """Exchanges by filters; waits for ``at_least`` of them when asked to."""
    asked = check(JournalQuery, dict(parse_qsl(call.query, keep_blank_values=True)), "query")
    journal, wanted = call.sandbox.journal, asked.at_least or 0

    def enough(seen: Journal) -> bool:
        return len(_fitting(seen, asked)) >= wanted

    satisfied = await journal.wait_for(enough, asked.timeout_s) if wanted else True
    found = _fitting(journal, asked)
    if asked.limit is not None:
        found = found[-asked.limit :]
    lines = [orjson.Fragment(to_json_line(exchange)) for exchange in found]
    return json_answer({"exchanges": lines, "dropped": journal.dropped, "satisfied": satisfied})


async def clear_journal(call: ControlCall) -> Answer:
    """Forget what was seen; rules, limits and money stay."""
    call.sandbox.journal.clear()
    return json_answer({})


async def show_connections(call: ControlCall) -> Answer:
    """The connections."""
    journal = call.sandbox.journal
    connections = [asdict(connection) for connection in journal.connections()]
    return json_answer({"connections": connections, "dropped": journal.dropped_connections})


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
    raised = budget.model_copy(update={"limit_units": limit + (asked.by_units or 0.0)})
    return _with_budget(sandbox, raised)


async def reset_budget(call: ControlCall) -> Answer:
    """A new period: nothing is spent."""
    call.sandbox.ledger.reset()
    return _budget_answer(call.sandbox)


async def remove_budget(call: ControlCall) -> Answer:
    """No budget."""
    return _with_budget(call.sandbox, None)


async def set_rate_limit(call: ControlCall) -> Answer:
    """A limit with these settings."""
    return _with_rate_limit(call.sandbox, call.asked(RateLimitSettings))


async def remove_rate_limit(call: ControlCall) -> Answer:
    """No limit."""
    return _with_rate_limit(call.sandbox, None)


def _info(sandbox: Sandbox) -> dict[str, object]:
    return {
        "name": sandbox.name,
        "base_url": sandbox.base_url,
        "key_ids": [key.id for key in sandbox.settings.keys],
        "rules": len(sandbox.plan.rules),
        "in_flight": sandbox.journal.in_flight,
        "dropped": sandbox.journal.dropped,
    }


def _shown_settings(settings: SandboxSettings) -> dict[str, Any]:
    return settings.model_dump(mode="json", exclude={"keys": {"__all__": {"key"}}, "rules": True})


def _rules_answer(sandbox: Sandbox, status: int = 200) -> Answer:
    return json_answer({"rules": [written_rule(rule) for rule in sandbox.plan.rules]}, status)


def _fitting(journal: Journal, asked: JournalQuery) -> tuple[Exchange, ...]:
    found = journal.exchanges(**asked.filters)
    if asked.ended is None:
        return found
    return tuple(one for one in found if (one.ended_ns is not None) is asked.ended)


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


def _with_rate_limit(sandbox: Sandbox, limit: RateLimitSettings | None) -> Answer:
    sandbox.replace_settings(sandbox.settings.model_copy(update={"rate_limit": limit}))
    return json_answer({"rate_limit": limit.model_dump() if limit else None})
