"""A plan: ordered rules with their counters, asked once for each request."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockserver.draws import Draws, begun, draw_of, tail_of
from mockserver.faults.matching import compile_match
from mockserver.faults.rules import When, numbered
from mockserver.faults.schedule import chance_at, is_due, is_open
from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.facts import RequestFacts
    from mockserver.faults.base import Fault
    from mockserver.faults.matching import Check
    from mockserver.faults.rules import Rule

MOST_CALLS = 65_536
"""How many calls a rule with ``per = "call"`` counts for; the one unheard of longest goes first."""

MOST_SORTS = 1024
"""Sorts of requests for which a plan remembers the rules that fit; then it begins anew."""

LONGEST_SORT = 500
"""Characters of path and model up to which a sort is remembered: nobody fills memory with them."""


@value
class Decision:
    """The rule that won a request, its faults, and the chance that it was won by (if any).

    ``rule_id`` is ``header``, ``url`` or ``model`` where the request itself asked for the fault.
    With ``execute`` the work is to be done before a fault's answer takes the place of its own.
    """

    rule_id: str
    faults: tuple[Fault, ...]
    draw: float | None
    draws: Draws
    execute: bool = False


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
        self._fitting: dict[tuple[object, ...], tuple[_Entry, ...]] = {}

    def with_rules(self, rules: Sequence[Rule], elapsed_s: float = 0.0) -> Plan:
        """A plan of these rules, in which those that this plan has already keep their counters.

        ``elapsed_s`` is how old this plan is: windows, ramps and cycles of the new rules begin now.
        """
        plan = Plan(rules, self._seed)
        for rule_id, entry in plan._entries.items():
            old = self._entries.get(rule_id)
            if old is not None and old.rule == entry.rule:
                plan._entries[rule_id] = old
            else:
                entry.began_s = elapsed_s
        return plan

    def choose(self, facts: RequestFacts, elapsed_s: float) -> Decision | None:
        """What goes wrong with this request; ``elapsed_s`` is how old the plan is."""
        if not self._entries:
            return None
        sort = (
            facts.method,
            facts.path,
            facts.model,
            facts.key_id,
            facts.project,
            facts.stream,
        )
        fitting = self._fitting.get(sort)
        if fitting is None:
            fitting = self._sift(facts, sort)
        if not fitting:
            return None
        tail = tail_of(facts.token, facts.attempt)
        for entry in fitting:
            decision = entry.consider(facts, elapsed_s, tail)
            if decision is not None:
                return decision
        return None

    def _sift(self, facts: RequestFacts, sort: tuple[object, ...]) -> tuple[_Entry, ...]:
        """The rules whose steady fields hold, remembered for the next request of this sort."""
        fitting = tuple(
            entry for entry in self._entries.values() if all(check(facts) for check in entry.steady)
        )
        if len(facts.path) + len(facts.model or "") <= LONGEST_SORT:
            if len(self._fitting) >= MOST_SORTS:
                self._fitting.clear()
            self._fitting[sort] = fitting
        return fitting

    def mark_delivered(self, rule_id: str) -> None:
        """Count that the faults of a fired rule were seen on the wire; a trigger has no counter."""
        entry = self._entries.get(rule_id)
        if entry is not None:
            entry.delivered += 1

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
    """One rule, its match compiled, its counters, and how old the plan was when it was set."""

    rule: Rule
    id: str
    seed: int
    began_s: float = 0.0
    total: _Count = field(default_factory=_Count)
    calls: OrderedDict[str, _Count] = field(default_factory=OrderedDict)
    delivered: int = 0
    steady: tuple[Check, ...] = ()
    passing: tuple[Check, ...] = ()
    digest: hashlib.blake2b = field(default_factory=hashlib.blake2b)
    faults: tuple[Fault, ...] = ()
    untimed: bool = True

    def __post_init__(self) -> None:
        matcher, when = compile_match(self.rule.match), self.rule.when
        self.steady = tuple(check for _, check in matcher.steady)
        self.passing = tuple(check for _, check in matcher.passing)
        if when.seed is not None:
            self.seed = when.seed
        self.digest = begun(self.seed, self.id)
        self.faults = self.rule.all_faults
        # Most rules have chance at most; what they leave out is not looked at for each request.
        self.untimed = when == When().model_copy(
            update={"probability": when.probability, "seed": when.seed}
        )

    def consider(self, facts: RequestFacts, elapsed_s: float, tail: bytes) -> Decision | None:
        for check in self.passing:
            if not check(facts):
                return None
        when = self.rule.when
        count = self.total if when.per == "rule" else self._count_of(facts.token)
        if self.untimed:
            fires, chance = True, when.probability
        else:
            age_s = elapsed_s - self.began_s
            fires = is_open(when, age_s) and is_due(when, count.seen, count.fired)
            chance = chance_at(when, age_s)
        drawn = None
        # A draw costs more than all the rest; where there is no chance at all, none is needed.
        if fires and chance is not None:
            drawn = draw_of(self.digest, tail) if chance > 0 else None
            fires = drawn is not None and drawn < chance
        self.total.add(fires)
        if count is not self.total:
            count.add(fires)
        if not fires:
            return None
        draws = Draws(self.seed, self.id, facts.token, facts.attempt)
        return Decision(self.id, self.faults, drawn, draws, self.rule.execute)

    def _count_of(self, token: str) -> _Count:
        count = self.calls.setdefault(token, _Count())
        self.calls.move_to_end(token)
        if len(self.calls) > MOST_CALLS:
            self.calls.popitem(last=False)
        return count

    def status(self) -> RuleStatus:
        kinds = tuple(fault.kind for fault in self.rule.all_faults)
        return RuleStatus(self.id, self.total.seen, self.total.fired, self.delivered, kinds)
