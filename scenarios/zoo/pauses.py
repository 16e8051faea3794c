"""Defects in the pauses between attempts."""

from __future__ import annotations

from scenarios.reference.backoff import FullJitter
from scenarios.zoo.defect import defect


@defect(
    "M01",
    seen="axios-retry's default; many hand-written loops",
    caught_by={
        "BACK-001": ("mean of the first pauses", "mean sum of the first 4 pauses"),
        "BACK-002": ("pause 3 is longer than pause 1", "control: typical pause"),
    },
    under_load={"LOAD-002": "arrivals*"},
    without=("retry_budget_ratio",),
)
class RetriesAtOnce(FullJitter):
    """Retries at once with no pause."""

    def pause_s(self, retry: int, draw: float) -> float:
        """No time at all."""
        del retry, draw
        return 0.0


@defect(
    "M05",
    seen="openai-python#1779; Polly#2163",
    caught_by={"BACK-003": "longest typical pause"},
)
class GrowsWithoutACap(FullJitter):
    """The pause doubles for ever; the cap is never applied."""

    def ceiling_s(self, retry: int) -> float:
        """Twice the one before."""
        return self.base_s * 2.0 ** (retry - 1)


@defect(
    "Z01",
    seen="plausible: two lines of code instead of three",
    caught_by={"BACK-002": "pause 3 is longer than pause 1"},
)
class PausesEvenly(FullJitter):
    """The pause stays the same for every attempt."""

    def ceiling_s(self, retry: int) -> float:
        """The base, always."""
        del retry
        return self.base_s


@defect(
    "Z02",
    seen="AWS Architecture Blog, Exponential Backoff And Jitter: the herd that comes back together",
    caught_by={"BACK-004": "spread of the first pauses"},
)
class PausesWithoutJitter(FullJitter):
    """Every call pauses for exactly as long, so that a herd comes back as a herd."""

    def pause_s(self, retry: int, draw: float) -> float:
        """The ceiling, whatever was drawn."""
        del draw
        return self.ceiling_s(retry)
