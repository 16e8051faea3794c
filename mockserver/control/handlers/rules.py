"""Calls about rules, and about what has become of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from mockserver.control.calls import AnyRules, RuleInfo, RulesCall, written_rule
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.errors import MockServerError, UnknownRuleError
from mockserver.faults.rules import numbered

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


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


def _rules_answer(sandbox: Sandbox, status: int = 200) -> Answer:
    return json_answer({"rules": [written_rule(rule) for rule in sandbox.plan.rules]}, status)


CALLS: Calls = {
    ("GET", f"{ONE}/rules"): Call(show_rules, told=RulesCall),
    ("POST", f"{ONE}/rules"): Call(add_rules, told=RulesCall, asked=AnyRules, status=201),
    ("PUT", f"{ONE}/rules"): Call(replace_rules, told=RulesCall, asked=AnyRules),
    ("DELETE", f"{ONE}/rules"): Call(remove_rules, told=RulesCall),
    ("DELETE", f"{ONE}/rules/{{rule}}"): Call(remove_rule, told=RulesCall),
    ("GET", f"{ONE}/plan"): Call(show_plan, told=tuple[RuleInfo, ...]),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
