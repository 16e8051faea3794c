"""When a rule fires: pure decisions on counters, the clock, and keyed draws.

Randomness replays: a draw depends on the seed, the rule, the request's token and its attempt
number, never on the order of arrival; a concurrent run with the same seed decides the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        """Not before this many seconds since the plan was set."""
        ...

    @property
    def until_s(self) -> float | None:
        """Only before this many seconds since the plan was set."""
        ...


def decide(when: Schedule, seen: int, fired: int, draw: float | None, elapsed_s: float) -> bool:
    """Whether a rule fires for a request that it matches.

    ``seen`` and ``fired`` count the earlier requests that matched and for which it fired; ``draw``
    (in [0, 1)) is needed where ``when`` has a probability; ``elapsed_s`` is the age of the plan.
    """
    if when.from_s is not None and elapsed_s < when.from_s:
        return False
    if when.until_s is not None and elapsed_s >= when.until_s:
        return False
    if seen < when.after or (seen - when.after) % when.every != 0:
        return False
    if when.times is not None and fired >= when.times:
        return False
    return when.probability is None or (draw is not None and draw < when.probability)


def draw(seed: int, rule_id: str, token: str, attempt: int) -> float:
    """A number in [0, 1), evenly spread, that only the four arguments determine."""
    key = f"{seed}\x1f{rule_id}\x1f{token}\x1f{attempt}".encode()
    digest = hashlib.blake2b(key, digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << 53)


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one decision, for a fault that needs chance (an order, a choice)."""

    seed: int
    rule_id: str
    token: str
    attempt: int

    def fraction(self, purpose: str) -> float:
        """A number in [0, 1) for a named purpose; the same purpose gives the same number."""
        return draw(self.seed, f"{self.rule_id}\x1e{purpose}", self.token, self.attempt)

    def order(self, purpose: str, length: int) -> Sequence[int]:
        """A permutation of ``range(length)`` for a named purpose."""
        return sorted(range(length), key=lambda index: self.fraction(f"{purpose}:{index}"))
