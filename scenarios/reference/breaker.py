"""Whether a target may be asked at all: a circuit breaker for each.

::

    closed ──(failures within window_s)──> open ──(open_s, and a little more)──> half-open
      ^                                     ^                                       │
      │                                     └──────────(a probe fails)──────────────┤
      └─────────────────────(as many probes as allowed succeed)─────────────────────┘

While it is half-open at most ``probes`` attempts are on the wire; the others are refused, so that a
server that struggles to its feet meets a trickle. An attempt that says nothing of the server (its
caller left) gives its place to another. What was let through before the state changed no longer
counts. The decisions are pure: time and chance are passed in.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from scenarios.reference.errors import (
    CircuitOpenError,
    DeadlineExceededError,
    PawaError,
    RateLimitedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scenarios.reference.transport import Target

logger = logging.getLogger(__name__)

OPEN_SPREAD = 0.2
"""Clients that opened together probe spread over this share of ``open_s``, never before it."""


class Outcome(Enum):
    """What an attempt says of the server."""

    PASSED = auto()
    FAILED = auto()
    SILENT = auto()


def outcome_of(error: PawaError) -> Outcome:
    """A failure counts when it is the server's or that of the way there.

    Any other answer shows that the server is alive: a refused request, and 429, which has a pace of
    its own. A deadline counts when it passed without a word of the answer; if it passed in the
    queue, or in the middle of a stream, it says nothing.
    """
    if isinstance(error, DeadlineExceededError):
        waited_in_vain = error.ambiguous and not error.partial
        return Outcome.FAILED if waited_in_vain else Outcome.SILENT
    if error.transient and not isinstance(error, RateLimitedError):
        return Outcome.FAILED
    return Outcome.SILENT if error.status is None else Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for one attempt; ``era`` counts changes of state."""

    era: int
    probe: bool


@dataclass(slots=True)
class Breaker:
    """The breaker of one target; ``now_s`` is a monotonic clock, ``draw`` is in [0, 1)."""

    failures: int
    window_s: float
    open_s: float
    probes: int
    _failed_at_s: deque[float] = field(default_factory=deque)
    _probe_from_s: float | None = None
    _era: int = 0
    _running: int = 0
    _passed: int = 0

    def wait_s(self, now_s: float) -> float:
        """How long no attempt is let through; 0 when one is.

        Behind running probes nobody knows: as long as the breaker would stay open if they failed.
        """
        if self._probe_from_s is None:
            return 0.0
        if now_s < self._probe_from_s:
            return self._probe_from_s - now_s
        return 0.0 if self._running + self._passed < self.probes else self.open_s

    def admit(self, now_s: float) -> Permit | None:
        """Leave for an attempt that begins now; :meth:`settle` it, however it ends."""
        if self.wait_s(now_s) > 0:
            return None
        probe = self._probe_from_s is not None
        self._running += probe
        return Permit(self._era, probe)

    def settle(self, permit: Permit, outcome: Outcome, now_s: float, draw: float) -> bool:
        """Learns from an attempt; whether it opened the breaker."""
        if permit.era != self._era:
            return False
        if permit.probe:
            self._running -= 1
            self._passed += outcome is Outcome.PASSED
        if outcome is Outcome.FAILED:
            self._failed_at_s.append(now_s)
            if permit.probe or self.has_seen_enough(now_s):
                self._change(now_s + self.open_s * (1 + OPEN_SPREAD * draw))
                return True
        elif self._passed >= self.probes:
            self._change(None)
        return False

    def has_seen_enough(self, now_s: float) -> bool:
        """Whether the failures of the last ``window_s`` seconds open a closed breaker."""
        while self._failed_at_s and self._failed_at_s[0] < now_s - self.window_s:
            self._failed_at_s.popleft()
        return len(self._failed_at_s) >= self.failures

    def _change(self, probe_from_s: float | None) -> None:
        """Opens until that moment; None closes."""
        self._probe_from_s = probe_from_s
        self._era += 1
        self._running = self._passed = 0
        self._failed_at_s.clear()


class Breakers:
    """The breakers of a client: one for each model at each address.

    One model may be overloaded while its neighbour at the same address answers. ``opened`` counts
    how often any of them opened.
    """

    def __init__(
        self, make: Callable[[], Breaker], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._clock = clock
        self._breakers: dict[tuple[str, str], Breaker] = {}
        self.opened = 0

    def of(self, target: Target) -> Breaker:
        """The breaker of a target."""
        place = (target.base_url, target.model)
        if place not in self._breakers:
            self._breakers[place] = self._make()
        return self._breakers[place]

    def wait_s(self, target: Target) -> float:
        """How long a target is not asked; 0 when it is."""
        return self.of(target).wait_s(self._clock())

    def refusal(self, target: Target) -> CircuitOpenError:
        """The error of a call that is not let through; it says when to ask again."""
        wait_s = self.wait_s(target)
        told = f"{target.name} kept failing and is left alone for {wait_s:.3g} s; nothing was sent"
        return CircuitOpenError(told, retry_after_s=wait_s)

    @contextmanager
    def passage(self, target: Target, draw: Callable[[], float]) -> Iterator[None]:
        """Lets one attempt through and learns how it ends; raises CircuitOpenError."""
        breaker = self.of(target)
        permit = breaker.admit(self._clock())
        if permit is None:
            raise self.refusal(target)
        outcome = Outcome.SILENT
        try:
            yield
            outcome = Outcome.PASSED
        except PawaError as error:
            outcome = outcome_of(error)
            raise
        finally:
            if breaker.settle(permit, outcome, self._clock(), draw()):
                self.opened += 1
                logger.debug("%s keeps failing and is left alone", target.name)
