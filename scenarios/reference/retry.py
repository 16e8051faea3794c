"""Whether to try again, and after which pause. A pure decision: time and chance are passed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenarios.reference.backoff import Backoff
    from scenarios.reference.errors import PawaError

SMALLEST_ATTEMPT_S = 0.05
"""An attempt with less time than this left is not begun: it could only fail."""
HINT_SPREAD = 0.2
"""Callers that were told the same wait come back spread over this share of it, never before it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No further attempt; ``why`` is for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Another attempt after ``delay_s`` seconds."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The rules of a retry, one method each.

    ``max_attempts`` counts the first try. ``retry_after_cap_s`` is the longest wait that a server
    may ask for.
    """

    max_attempts: int
    backoff: Backoff
    retry_after_cap_s: float

    def decide(
        self, error: PawaError, attempt: int, remaining_s: float, draw: float
    ) -> Stop | Pause:
        """What follows attempt number ``attempt`` (1 is the first) that ended in ``error``.

        ``remaining_s`` is the time until the deadline (infinity without one), ``draw`` is in
        [0, 1).
        """
        if not self.is_retryable(error):
            return Stop("another attempt cannot help")
        if not self.has_attempts_left(attempt):
            return Stop("all attempts are used up")
        hint_s = self.hint_s(error)
        if hint_s is not None and self.is_too_long(hint_s, remaining_s):
            return Stop("the server asks for a longer wait than there is time for")
        delay_s = self.delay_s(hint_s, attempt, draw)
        if not self.fits(delay_s, remaining_s):
            return Stop("no pause fits before the deadline")
        return Pause(delay_s)

    def is_retryable(self, error: PawaError) -> bool:
        """Transient, and nothing was delivered yet that a new attempt would repeat."""
        return error.transient and not error.partial

    def has_attempts_left(self, attempt: int) -> bool:
        """Whether attempt number ``attempt`` was not the last one."""
        return attempt < self.max_attempts

    def hint_s(self, error: PawaError) -> float | None:
        """The wait that the server asked for."""
        return error.retry_after_s

    def is_too_long(self, hint_s: float, remaining_s: float) -> bool:
        """Whether a hint ends the call; it is never shortened into an early retry."""
        return hint_s > self.retry_after_cap_s or not self.fits(hint_s, remaining_s)

    def delay_s(self, hint_s: float | None, attempt: int, draw: float) -> float:
        """The pause: what the server asked for and a little more, or the backoff's."""
        if hint_s is not None:
            return hint_s * (1 + HINT_SPREAD * draw)
        return self.backoff.pause_s(attempt, draw)

    def fits(self, delay_s: float, remaining_s: float) -> bool:
        """Whether an attempt after that pause would still have time."""
        return delay_s + SMALLEST_ATTEMPT_S <= remaining_s
