"""The run as somebody sees it while it goes on: a snapshot of the last two seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadtests.events import CallEnded
    from loadtests.traffic.schedule import Schedule, Span

WINDOW_S = 2.0
"""What rates, errors and delays of a snapshot are about: so many seconds before it."""

TICK_S = 0.5
"""Seconds between two snapshots."""

DRAINING = "drain"
"""The phase of a snapshot after the last one, while calls come to their end."""


@dataclass(frozen=True, slots=True)
class LaneSnapshot:
    """One lane in the last two seconds; counts are those at the moment.

    ``offered_per_s`` are calls that were due, ``attempts_per_s`` requests that arrived,
    ``goodput_per_s`` calls that were told to have ended well; ``p95_s`` is the delay of all that
    ended, against the schedule. ``queue`` counts requests that wait for a worker, ``running`` calls
    that were due and have not ended.
    """

    offered_per_s: float
    attempts_per_s: float
    goodput_per_s: float
    errors: Mapping[str, int]
    p95_s: float | None
    queue: int
    running: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All lanes, ``at_s`` seconds after the start, and the phase that is on."""

    at_s: float
    phase: str
    lanes: Mapping[str, LaneSnapshot]


class Watch(Protocol):
    """Hears of the run while it goes on, on the event loop: it must not take long."""

    def phase(self, span: Span) -> None:
        """A phase has begun."""

    def tick(self, snapshot: Snapshot) -> None:
        """Half a second has passed."""


class Recent:
    """What has happened in one lane lately."""

    def __init__(self, schedule: Schedule) -> None:
        self._due_s = [arrival.at_s for arrival in schedule.arrivals]
        self._ended: deque[tuple[float, str, float]] = deque()
        self._arrived: deque[tuple[float, int]] = deque([(0.0, 0)])
        self._told = 0

    def call(self, call: CallEnded, now_s: float) -> None:
        """The traffic side has told of a call."""
        self._told += 1
        if call.ended_s is not None:
            self._ended.append((now_s, call.outcome, call.ended_s - call.scheduled_s))

    def snapshot(self, now_s: float, *, arrived: int, queue: int) -> LaneSnapshot:
        """The lane now; ``arrived`` counts its requests since the start."""
        since_s = max(0.0, now_s - WINDOW_S)
        span_s = max(now_s - since_s, TICK_S)
        while self._ended and self._ended[0][0] < since_s:
            self._ended.popleft()
        due = bisect_right(self._due_s, now_s)
        outcomes = Counter(outcome for _, outcome, _ in self._ended)
        return LaneSnapshot(
            offered_per_s=(due - bisect_right(self._due_s, since_s)) / span_s,
            attempts_per_s=self._arrived_per_s(now_s, arrived),
            goodput_per_s=outcomes.pop("ok", 0) / span_s,
            errors=dict(outcomes),
            p95_s=_p95(sorted(delay_s for _, _, delay_s in self._ended)),
            queue=queue,
            running=max(0, due - self._told),
        )

    def _arrived_per_s(self, now_s: float, arrived: int) -> float:
        self._arrived.append((now_s, arrived))
        while len(self._arrived) > 2 and self._arrived[1][0] <= now_s - WINDOW_S:
            self._arrived.popleft()
        then_s, before = self._arrived[0]
        return (arrived - before) / max(now_s - then_s, TICK_S)


def phase_at(schedule: Schedule, now_s: float) -> str:
    """The name of the phase that is on."""
    return next((span.name for span in schedule.spans if now_s < span.end_s), DRAINING)


def _p95(ordered: list[float]) -> float | None:
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] if ordered else None
