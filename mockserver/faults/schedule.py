"""When a rule fires: pure decisions on counters, the clock, and draws that replay."""

from __future__ import annotations

from typing import Protocol


class Ramp(Protocol):
    """A chance that changes with time."""

    @property
    def from_p(self) -> float:
        """The chance at the beginning of the window, and before it."""
        ...

    @property
    def to_p(self) -> float:
        """The chance when the time is over, and after it."""
        ...

    @property
    def over_s(self) -> float:
        """How long the change takes, in seconds."""
        ...


class Cycle(Protocol):
    """A part of every so many seconds."""

    @property
    def period_s(self) -> float:
        """How long a turn takes, in seconds."""
        ...

    @property
    def on_s(self) -> float:
        """How much of each turn is on, in seconds."""
        ...

    @property
    def offset_s(self) -> float:
        """How long after the beginning of the window the first turn begins, in seconds."""
        ...


class Schedule(Protocol):
    """What :func:`decide` reads of a rule's ``when``."""

    @property
    def times(self) -> int | None:
        """At most so many firings."""
        ...

    @property
    def after(self) -> int:
        """Let so many matching requests pass first."""
        ...

    @property
    def every(self) -> int:
        """Of the requests that remain, the first of each so many."""
        ...

    @property
    def probability(self) -> float | None:
        """Fire with this chance."""
        ...

    @property
    def from_s(self) -> float | None:
        """Not before this many seconds since the rule was set."""
        ...

    @property
    def until_s(self) -> float | None:
        """Only before this many seconds since the rule was set."""
        ...

    @property
    def ramp(self) -> Ramp | None:
        """A chance that changes with time, in place of ``probability``."""
        ...

    @property
    def cycle(self) -> Cycle | None:
        """Only in this part of every so many seconds."""
        ...


def decide(when: Schedule, seen: int, fired: int, draw: float | None, elapsed_s: float) -> bool:
    """Whether a rule fires for a request that it matches.

    ``seen`` and ``fired`` count the earlier requests that matched and for which it fired; ``draw``
    (in [0, 1)) is needed where ``when`` has a chance; ``elapsed_s`` is the age of the rule.
    """
    if not is_open(when, elapsed_s) or not is_due(when, seen, fired):
        return False
    chance = chance_at(when, elapsed_s)
    return chance is None or (draw is not None and draw < chance)


def is_open(when: Schedule, elapsed_s: float) -> bool:
    """Whether the rule can fire at all at that age: in its window, in its part of the cycle."""
    if when.from_s is not None and elapsed_s < when.from_s:
        return False
    if when.until_s is not None and elapsed_s >= when.until_s:
        return False
    cycle = when.cycle
    if cycle is None:
        return True
    since_s = elapsed_s - (when.from_s or 0.0) - cycle.offset_s
    return since_s >= 0 and since_s % cycle.period_s < cycle.on_s


def is_due(when: Schedule, seen: int, fired: int) -> bool:
    """Whether the counts let it fire: ``after``, ``every``, ``times``."""
    if seen < when.after or (seen - when.after) % when.every != 0:
        return False
    return when.times is None or fired < when.times


def chance_at(when: Schedule, elapsed_s: float) -> float | None:
    """With which chance it fires at that age; None: for certain, and nothing is drawn."""
    ramp = when.ramp
    if ramp is None:
        return when.probability
    share = (elapsed_s - (when.from_s or 0.0)) / ramp.over_s
    # Weighted, not added up: so both ends are exact and nothing lies outside of them.
    share = min(max(share, 0.0), 1.0)
    return ramp.from_p * (1.0 - share) + ramp.to_p * share
