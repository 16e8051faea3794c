"""Rules as people write them: which requests, which of those, and what goes wrong.

A rule is *match* + *when* + *fault*. Every field of a match must hold; a match without fields
holds for every request. Nothing is clamped: a number out of range is an error that says where.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from mockserver.faults.base import Answering, Fault, ListenerClosing
from mockserver.faults.catalogue import AnyFault
from mockserver.faults.complaints import complaints
from mockserver.snapshot import Count, Glob, Positive, Seconds, Share, Snapshot, SomeSeconds

if TYPE_CHECKING:
    from collections.abc import Sequence

TRIGGERS = ("header", "url", "model")
"""What the journal calls a fault that a request itself asked for; no rule may be called so."""


class RuleError(ValueError):
    """Rules that cannot be used; ``lines`` says each mistake with its place and its mend."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def _as_range(value: object) -> object:
    """A single number stands for the range of itself."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a whole number or [first, last], not {value!r}")  # noqa: TRY004 - pydantic reports ValueError only
    return value


class Match(Snapshot):
    """Which requests. Globs know ``*``, ``?`` and ``[…]``; ``*`` crosses slashes.

    ``path`` is compared with and without the leading ``/v1``. ``key`` is the id of an API key,
    ``project`` the name of the project that the key belongs to.
    ``header`` wants each of its headers present with a value like the glob. ``body`` is a text that
    the body holds, byte for byte. ``token`` is like the request's call token, ``attempt`` the
    number of its arrival, or a range of them.
    """

    method: Annotated[str, Field(pattern=r"^[A-Za-z]+$", strict=True)] | None = None
    path: Glob | None = None
    model: Glob | None = None
    key: Annotated[str, Field(min_length=1, strict=True)] | None = None
    project: Annotated[str, Field(min_length=1, strict=True)] | None = None
    stream: Annotated[bool, Field(strict=True)] | None = None
    header: dict[Annotated[str, Field(min_length=1, strict=True)], Glob] = Field(
        default_factory=dict
    )
    body: Annotated[str, Field(min_length=1, strict=True)] | None = None
    token: Glob | None = None
    attempt: Annotated[tuple[Positive, Positive], BeforeValidator(_as_range)] | None = None

    @field_validator("attempt")
    @classmethod
    def _ascending(cls, attempt: tuple[int, int] | None) -> tuple[int, int] | None:
        if attempt is not None and attempt[0] > attempt[1]:
            raise ValueError(f"ends at {attempt[1]} before it begins at {attempt[0]}; swap them")
        return attempt


class Ramp(Snapshot):
    """A chance that goes from ``from_p`` to ``to_p`` in ``over_s`` seconds, and stays there."""

    from_p: Share
    to_p: Share
    over_s: SomeSeconds


class Cycle(Snapshot):
    """The first ``on_s`` of every ``period_s`` seconds, beginning after ``offset_s``."""

    period_s: SomeSeconds
    on_s: SomeSeconds
    offset_s: Seconds = 0.0

    @model_validator(mode="after")
    def _is_off_sometimes(self) -> Self:
        if self.on_s >= self.period_s:
            raise ValueError(
                f"on_s {self.on_s:g} must be shorter than period_s {self.period_s:g}; "
                "leave the cycle out for a rule that is always on"
            )
        return self


class When(Snapshot):
    """Which of the matching requests.

    ``after`` lets so many pass, then the first of each ``every`` fires, at most ``times`` in all,
    with ``probability``, or with the chance that ``ramp`` has come to. With ``per`` "call" these
    count the attempts of one call (its token), not all matching requests. ``from_s`` and
    ``until_s`` are seconds since the rule was set, on the sandbox's clock; ramp and cycle begin at
    ``from_s``. Requests outside the window or in the pause of a ``cycle`` are counted as seen.
    ``seed`` takes the place of the sandbox's.
    """

    times: Positive | None = None
    after: Count = 0
    every: Positive = 1
    probability: Share | None = None
    seed: Annotated[int, Field(strict=True)] | None = None
    per: Literal["rule", "call"] = "rule"
    from_s: Seconds | None = None
    until_s: Seconds | None = None
    ramp: Ramp | None = None
    cycle: Cycle | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.until_s is not None and self.until_s <= (self.from_s or 0):
            raise ValueError(
                f"until_s {self.until_s:g} must be later than from_s {self.from_s or 0:g}"
            )
        if self.ramp is not None and self.probability is not None:
            raise ValueError("has probability and ramp; keep one")
        return self


class Rule(Snapshot):
    """One rule: ``fault``, or several ``faults`` that work together in their order.

    A fault that answers in place of the API spares it the work, and costs neither rate limit nor
    budget. With ``execute`` the work is done and paid for first, and its answer is lost.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$", strict=True)] | None = (
        None
    )
    match: Match = Match()
    when: When = When()
    fault: AnyFault | None = None
    faults: tuple[AnyFault, ...] = Field(default=(), max_length=20)
    execute: Annotated[bool, Field(strict=True)] = False
    note: str = ""

    @field_validator("id")
    @classmethod
    def _is_no_trigger(cls, rule_id: str | None) -> str | None:
        if rule_id in TRIGGERS:
            raise ValueError(
                f"{rule_id!r} is what a fault is called that a request asked for; choose another"
            )
        return rule_id

    @model_validator(mode="after")
    def _faults_fit(self) -> Self:
        if (self.fault is None) == (not self.faults):
            raise ValueError("needs a fault or a list of faults; give one of the two")
        closing = any(isinstance(fault, ListenerClosing) for fault in self.faults)
        if closing and len(self.faults) > 1:
            raise ValueError("refuse works alone; give it a rule of its own")
        answering = [fault.kind for fault in self.all_faults if isinstance(fault, Answering)]
        if len(answering) > 1:
            raise ValueError(f"{' and '.join(answering)} would both answer; keep one")
        if self.execute:
            refuse_useless_execute(self.all_faults)
        return self

    @property
    def all_faults(self) -> tuple[Fault, ...]:
        """The faults, whether written as one or as several."""
        return self.faults if self.fault is None else (self.fault,)


def refuse_useless_execute(faults: Sequence[Fault]) -> None:
    """Raise ValueError where ``execute`` would mean nothing, or could not be."""
    kinds = " and ".join(fault.kind for fault in faults)
    if any(isinstance(fault, ListenerClosing) for fault in faults):
        raise ValueError(f"{kinds} comes before any work; leave execute out")
    if not any(isinstance(fault, Answering) for fault in faults):
        raise ValueError(f"{kinds} lets the work be done anyway; leave execute out")


def numbered(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules with an id each: ``rule-1`` for a first one without; raises RuleError on twins."""
    named = tuple(
        rule if rule.id is not None else rule.model_copy(update={"id": f"rule-{number}"})
        for number, rule in enumerate(rules, start=1)
    )
    counts = Counter(rule.id for rule in named)
    twins = [
        f"rules[{index}].id: {rule.id!r} occurs {counts[rule.id]} times; each rule needs its own"
        for index, rule in enumerate(named)
        if counts[rule.id] > 1
    ]
    if twins:
        raise RuleError(twins)
    return named


def parse_rules(data: Sequence[Any]) -> tuple[Rule, ...]:
    """Read rules from plain data (TOML, JSON); raises RuleError with a line for every mistake."""
    rules: list[Rule] = []
    lines: list[str] = []
    for index, written in enumerate(data):
        try:
            rules.append(Rule.model_validate(written))
        except ValidationError as error:
            lines.extend(complaints(error, written, Rule, f"rules[{index}]"))
    if lines:
        raise RuleError(lines)
    return numbered(rules)
