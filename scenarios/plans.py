"""How a scenario says which requests go wrong, and how.

::

    # the first two attempts of every call
    lab.plan(fault("status", status=503).on_attempts(1, 2))
    # one step an attempt, None = healthy
    lab.plan(*sequence(call, [fault("rst_before_headers"), None]))
    # two faults together, for one call
    lab.plan(fault("slow_first_token", seconds=0.5).also("cut_stream", after_chunks=5).on(call))

The kinds of fault and their parameters are those of :mod:`mockserver.faults`. The first rule that
matches a request and whose schedule fires wins, whole; a request that no rule fires on gets the
healthy reply.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.faults.rules import Rule
    from scenarios.call import Call

EVERY_LATER_ATTEMPT = 1_000_000


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule to be: faults, which requests, which of them, and how often it has to be delivered.

    Each method returns a new rule. ``needed`` is how many deliveries the row needs to be testable.
    """

    faults: tuple[Mapping[str, Any], ...]
    match: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    needed: int = 1

    def also(self, kind: str, **params: Any) -> Self:
        """A second fault in the same rule (a slow first token, then a cut)."""
        return replace(self, faults=(*self.faults, {"kind": kind, **params}))

    def on(self, call: Call | str) -> Self:
        """Only requests that carry this call's token."""
        return self._matching(token=call if isinstance(call, str) else call.token)

    def on_attempts(self, first: int, last: int | None = None) -> Self:
        """Only attempts `first` to `last` of a call, counted from 1; `last` None means `first`."""
        return self._matching(attempt=[first, first if last is None else last])

    def from_attempt(self, first: int) -> Self:
        """Attempt `first` of a call and every later one."""
        return self._matching(attempt=[first, EVERY_LATER_ATTEMPT])

    def path(self, glob: str) -> Self:
        """Only requests to this path (``*/vectors/embedding``)."""
        return self._matching(path=glob)

    def model(self, glob: str) -> Self:
        """Only requests for this model."""
        return self._matching(model=glob)

    def body(self, text: str) -> Self:
        """Only requests whose body contains `text`."""
        return self._matching(body=text)

    def streams(self, stream: bool = True) -> Self:
        """Only requests for a stream (or, with False, only for one whole answer)."""
        return self._matching(stream=stream)

    def times(self, n: int) -> Self:
        """At most n times; see :meth:`per_call`."""
        return self._when(times=n)

    def after(self, n: int) -> Self:
        """Not before n matching requests have passed."""
        return self._when(after=n)

    def per_call(self) -> Self:
        """Counts of :meth:`times` and :meth:`after` are kept for each call, not for the rule."""
        return self._when(per="call")

    def named(self, rule_id: str) -> Self:
        """Call the rule so in the journal and the report."""
        return replace(self, id=rule_id)

    def needs(self, deliveries: int) -> Self:
        """The row is not testable unless the rule was delivered so often (without: once)."""
        return replace(self, needed=deliveries)

    def optional(self) -> Self:
        """A right client may never meet this rule (a trap after the last allowed attempt)."""
        return self.needs(0)

    def to_rule(self, default_id: str) -> Rule:
        """The rule as the mock server takes it.

        Raises:
            pydantic.ValidationError: An unknown fault, or a parameter out of range.
        """
        from mockserver.faults.rules import Rule  # noqa: PLC0415 - keeps `list` and `explain` quick

        written: dict[str, Any] = {
            "id": self.id or default_id,
            "faults": [dict(f) for f in self.faults],
        }
        if self.match:
            written["match"] = dict(self.match)
        if self.when:
            written["when"] = dict(self.when)
        return Rule.model_validate(written)

    def _matching(self, **match: Any) -> Self:
        return replace(self, match={**self.match, **match})

    def _when(self, **when: Any) -> Self:
        return replace(self, when={**self.when, **when})


def fault(kind: str, **params: Any) -> PlannedRule:
    """A rule with one fault, for every request until told otherwise."""
    return PlannedRule(faults=({"kind": kind, **params},))


def healthy() -> PlannedRule:
    """A rule that changes nothing: an exception in front of a wider rule."""
    return fault("noop").optional()


def sequence(call: Call | str, steps: Sequence[PlannedRule | None]) -> tuple[PlannedRule, ...]:
    """Step i for attempt i of `call`: every step its own rule, so that each has to be delivered.

    None leaves that attempt alone; attempts after the last step are left alone too.
    """
    return tuple(
        step.on(call).on_attempts(number)
        for number, step in enumerate(steps, start=1)
        if step is not None
    )


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A rule that the row needed and that the mock delivered less often."""

    rule: str
    kinds: tuple[str, ...]
    needed: int
    delivered: int

    def __str__(self) -> str:
        kinds = "+".join(self.kinds)
        return f"{self.rule} ({kinds}) was delivered {self.delivered} of {self.needed} times"


def undelivered(
    needed: Mapping[str, int], delivered: Mapping[str, tuple[int, tuple[str, ...]]]
) -> tuple[Undelivered, ...]:
    """The rules that were not delivered as often as needed.

    `needed` maps a rule's id to deliveries, `delivered` to deliveries seen and the kinds of fault.
    """
    short = []
    for rule, wanted in needed.items():
        seen, kinds = delivered.get(rule, (0, ()))
        if seen < wanted:
            short.append(Undelivered(rule, kinds, wanted, seen))
    return tuple(short)


def with_ids(rules: Iterable[PlannedRule], start: int) -> tuple[PlannedRule, ...]:
    """The same rules, each with an id (``step-1`` …), so that a row never reuses one."""
    return tuple(
        rule if rule.id else rule.named(f"step-{number}")
        for number, rule in enumerate(rules, start=start)
    )
