"""Defects in what is made of ``Retry-After``."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scenarios.reference.retry import Pause, RetryPolicy, Stop
from scenarios.reference.retry_after import RetryAfterReader
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenarios.reference import PawaError

SKEW = timedelta(minutes=2)
LONGEST_OBEYED_S = 2.0


@defect(
    "M07",
    seen="pycontribs/jira#1805",
    caught_by={"RATE-005": "0: calls tried again and answered"},
)
class ReadsZeroAsNever(RetryAfterReader):
    """``Retry-After: 0`` is read as "do not retry"."""

    def wait_s(self, value: str, *, date: str | None, now: datetime | None) -> float | None:
        """Zero seconds is a wait that never ends."""
        return math.inf if value == "0" else super().wait_s(value, date=date, now=now)


@defect(
    "M09",
    seen="cyanheads/mcp-ts-core#285; 2389-research/tracker#549",
    caught_by={"RATE-001": "*: shortest pause"},
)
class KeepsTheHintToItself(RetryPolicy):
    """The hint stands in the error, and the loop never looks at it."""

    def hint_s(self, error: PawaError) -> float | None:
        """No error has one."""
        del error
        return None


@defect(
    "M11",
    seen="anomalyco/opencode#13591; urllib3 before its ceiling of six hours",
    caught_by={
        "RATE-006": "calls whose callers still wait",
        "TIME-006": "503 with Retry-After: 10: slowest call: caller told after",
    },
)
class ObeysAnyHint(RetryPolicy):
    """Any hint is obeyed, be it two weeks, whatever the caller's deadline."""

    def decide(
        self, error: PawaError, attempt: int, remaining_s: float, draw: float
    ) -> Stop | Pause:
        """A hint comes before everything else."""
        if error.retry_after_s and self.is_retryable(error) and self.has_attempts_left(attempt):
            return Pause(self.delay_s(error.retry_after_s, attempt, draw))
        return super().decide(error, attempt, remaining_s, draw)


@defect(
    "M115",
    seen="the discussion in basecamp/bc-api#84",
    caught_by={"RATE-002": "*: shortest pause"},
)
class TrustsItsOwnClock(RetryAfterReader):
    """A date is compared with the local clock, which is two minutes fast."""

    def read(
        self, values: Iterable[str], *, date: str | None = None, now: datetime | None = None
    ) -> float | None:
        """The server's own ``Date`` is not looked at."""
        del date, now
        return super().read(values, now=datetime.now(UTC) + SKEW)


@defect(
    "M116",
    seen="plausible: any client that takes a hint for an appointment",
    under_load={"LOAD-005": "*window*"},
)
class WakesOnTheDot(RetryPolicy):
    """All who were told the same wait wake at exactly the same instant."""

    def delay_s(self, hint_s: float | None, attempt: int, draw: float) -> float:
        """What the server asked for, and nothing on top."""
        return super().delay_s(hint_s, attempt, draw) if hint_s is None else hint_s


@defect(
    "Z03",
    seen="plausible: a cap on the hint that shortens it",
    caught_by={"RATE-006": "attempts before the hint was over"},
)
class ShortensLongHints(RetryPolicy):
    """A hint beyond the cap is shortened into an early retry."""

    def hint_s(self, error: PawaError) -> float | None:
        """The hint, and two seconds at most."""
        hint_s = super().hint_s(error)
        return None if hint_s is None else min(hint_s, LONGEST_OBEYED_S)
