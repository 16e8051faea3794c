"""A plan: ordered rules with their counters, asked once for each request."""

from __future__ import annotations

import fnmatch
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockserver.faults.rules import numbered
from mockserver.faults.schedule import Draws, decide, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.facts import RequestFacts
    from mockserver.faults.base import Fault
    from mockserver.faults.rules import Match, Rule

    Check = Callable[[RequestFacts], bool]

MOST_CALLS = 65_536
"""How many calls a rule with ``per = "call"`` counts for; the one unheard of longest goes first."""

API_PREFIX = "/v1"


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that won a request, its faults, and the chance that it was won by (if any)."""

    rule_id: str
    faults: tuple[Fault, ...]
    draw: float | None
    draws: Draws


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """What has become of a rule: requests it matched, fired for, and was delivered to."""

    id: str
    seen: int
    fired: int
    delivered: int
    kinds: tuple[str, ...]


class Plan:
    """Rules in order; the first that matches and whose schedule fires wins, whole.

    A rule after the winner neither sees nor counts the request. Not thread-safe: it belongs to
    the event loop of its sandbox. Raises RuleError when two rules have the same id.
    """

    def __init__(self, rules: Sequence[Rule], seed: int = 0) -> None:
        self._seed = seed
        self._entries = {str(rule.id): _Entry(rule, str(rule.id), seed) for rule in numbered(rules)}

    def with_rules(self, rules: Sequence[Rule]) -> Plan:
        """A plan of these rules, in which those that this plan has already keep their counters."""
        plan = Plan(rules, self._seed)
        for rule_id, entry in self._entries.items():
            if rule_id in plan._entries and plan._entries[rule_id].rule == entry.rule:
                plan._entries[rule_id] = entry
        return plan

    def choose(self, facts: RequestFacts, elapsed_s: float) -> Decision | None:
        """What goes wrong with this request; ``elapsed_s`` is how old the plan is."""
        for entry in self._entries.values():
            decision = entry.consider(facts, elapsed_s)
            if decision is not None:
                return decision
        return None

    def mark_delivered(self, rule_id: str) -> None:
        """Count that the faults of a fired rule were seen on the wire (KeyError: no such rule)."""
        self._entries[rule_id].delivered += 1

    def status(self) -> tuple[RuleStatus, ...]:
        """The counters, in the order of the rules."""
        return tuple(entry.status() for entry in self._entries.values())

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, each with its id."""
        return tuple(entry.rule for entry in self._entries.values())


@dataclass(slots=True)
class _Count:
    seen: int = 0
    fired: int = 0

    def add(self, fires: bool) -> None:
        self.seen += 1
        self.fired += fires


@dataclass(slots=True)
class _Entry:
    """One rule, its match compiled, and its counters."""

    rule: Rule
    id: str
    seed: int
    checks: tuple[Check, ...] = ()
    total: _Count = field(default_factory=_Count)
    calls: OrderedDict[str, _Count] = field(default_factory=OrderedDict)
    delivered: int = 0

    def __post_init__(self) -> None:
        self.checks = compile_match(self.rule.match)
        if self.rule.when.seed is not None:
            self.seed = self.rule.when.seed

    def consider(self, facts: RequestFacts, elapsed_s: float) -> Decision | None:
        for check in self.checks:
            if not check(facts):
                return None
        when = self.rule.when
        chance = (
            None
            if when.probability is None
            else draw(self.seed, self.id, facts.token, facts.attempt)
        )
        count = self.total if when.per == "rule" else self._count_of(facts.token)
        fires = decide(when, count.seen, count.fired, chance, elapsed_s)
        self.total.add(fires)
        if count is not self.total:
            count.add(fires)
        if not fires:
            return None
        draws = Draws(self.seed, self.id, facts.token, facts.attempt)
        return Decision(self.id, self.rule.all_faults, chance, draws)

    def _count_of(self, token: str) -> _Count:
        count = self.calls.setdefault(token, _Count())
        self.calls.move_to_end(token)
        if len(self.calls) > MOST_CALLS:
            self.calls.popitem(last=False)
        return count

    def status(self) -> RuleStatus:
        kinds = tuple(fault.kind for fault in self.rule.all_faults)
        return RuleStatus(self.id, self.total.seen, self.total.fired, self.delivered, kinds)


def compile_match(match: Match) -> tuple[Check, ...]:
    """The checks that a request must pass one and all, cheapest first."""
    checks: list[Check] = []
    if match.method is not None:
        checks.append(_method(match.method.upper()))
    if match.stream is not None:
        checks.append(_stream(match.stream))
    if match.attempt is not None:
        checks.append(_attempt(*match.attempt))
    if match.key is not None:
        checks.append(_key(match.key))
    if match.token is not None:
        checks.append(_token(like(match.token)))
    if match.path is not None:
        checks.append(_path(like(match.path)))
    if match.model is not None:
        checks.append(_model(like(match.model)))
    checks.extend(_header(name.lower(), like(glob)) for name, glob in match.header.items())
    if match.body is not None:
        checks.append(_body(match.body.encode()))
    return tuple(checks)


def like(glob: str) -> Callable[[str], bool]:
    """A test for texts that a glob describes, compiled once."""
    if not re.search(r"[*?\[]", glob):
        return glob.__eq__
    matches = re.compile(fnmatch.translate(glob)).match
    return lambda text: matches(text) is not None


def _method(method: str) -> Check:
    return lambda facts: facts.method == method


def _stream(stream: bool) -> Check:
    return lambda facts: facts.stream is stream


def _attempt(low: int, high: int) -> Check:
    return lambda facts: low <= facts.attempt <= high


def _key(key: str) -> Check:
    return lambda facts: facts.key_id == key


def _token(fits: Callable[[str], bool]) -> Check:
    return lambda facts: fits(facts.token) or any(fits(token) for token in facts.tokens)


def _path(fits: Callable[[str], bool]) -> Check:
    return lambda facts: fits(facts.path) or fits(facts.path.removeprefix(API_PREFIX))


def _model(fits: Callable[[str], bool]) -> Check:
    return lambda facts: facts.model is not None and fits(facts.model)


def _header(name: str, fits: Callable[[str], bool]) -> Check:
    return lambda facts: any(key == name and fits(value) for key, value in facts.headers)


def _body(text: bytes) -> Check:
    return lambda facts: text in facts.body
