"""Whether the traffic was the one that was planned: RUN-002, and what spoils a whole run.

A generator that falls behind offers another load than the profile's, and its own lag would look
like the client's delay. Then nothing of the run is laid at the client's door.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadtests.judging.intervals import nearest_rank
from loadtests.judging.row import Promise, RowJudged, judged_by
from reports.results import Verdict
from scenarios.checks import at_most, holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import Case
    from reports.results import Check

LIMIT_MS = 50.0
"""How far behind its schedule the generator may be at p99."""

AT_PEAK = 200
"""Lags that the busiest seconds must have together, so that p99 is not a single call's."""

PROMISE = Promise(
    id="RUN-002",
    right="The generator keeps the schedule: its lag stays under 50 ms at p99, also at the peak.",
    severity="should",
    group="RUN",
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How far behind the schedule calls were made, in milliseconds, those of all lanes together.

    ``peak_ms`` is the p99 of the busiest seconds, ``peak_per_s`` the most calls due in one of them
    (each lane makes them all). ``held_per_s`` is the highest rate of a second in which the lag
    stayed under the limit; None when there was no such second.
    """

    whole_ms: float
    peak_ms: float
    peak_per_s: int
    held_per_s: int | None

    @property
    def kept(self) -> bool:
        """Whether the traffic was the one that was planned."""
        return max(self.whole_ms, self.peak_ms) < LIMIT_MS

    @property
    def in_words(self) -> str:
        """What was the matter, and what this machine can do; for a run that did not keep pace."""
        held = (
            "could not keep any rate"
            if self.held_per_s is None
            else f"kept up to {self.held_per_s} calls/s"
        )
        return (
            f"the generator lagged {max(self.whole_ms, self.peak_ms):.0f} ms behind its schedule "
            f"at p99 ({LIMIT_MS:.0f} ms allowed, {self.peak_per_s} calls/s at the peak); here it "
            f"{held}: lower the rate or give it more processes"
        )


def pace_of(case: Case) -> Pace | None:
    """The pace of a run; None when no call was told of."""
    lags = _lags_by_second(case)
    if not lags:
        return None
    due = Counter(int(arrival.at_s) for arrival in case.schedule.arrivals)
    busiest = sorted(lags, key=lambda second: -due[second])
    at_peak: list[float] = []
    for second in busiest:
        at_peak += lags[second]
        if len(at_peak) >= AT_PEAK:
            break
    held = [second for second in lags if _p99(lags[second]) < LIMIT_MS]
    return Pace(
        whole_ms=_p99([lag for each in lags.values() for lag in each]),
        peak_ms=_p99(at_peak),
        peak_per_s=due[busiest[0]],
        held_per_s=max((due[second] for second in held), default=None),
    )


def spoilt(case: Case, pace: Pace | None) -> str | None:
    """Why nothing in a run can be laid at the client's door, in a few words; None if it can."""
    seen = case.seen
    if seen.workers_lost:
        lost = ", ".join(seen.workers_lost)
        return f"{len(seen.workers_lost)} of its workers were lost with their calls ({lost})"
    dropped = sum(lane.attempts_lost for lane in seen.lanes)
    if dropped:
        return f"{dropped} requests came faster than they could be noted"
    if pace is not None and not pace.kept:
        return pace.in_words
    if seen.noise_p99_s * 1000 >= LIMIT_MS:
        late_ms = seen.noise_p99_s * 1000
        return (
            f"the mock itself was {late_ms:.0f} ms late at p99 ({LIMIT_MS:.0f} ms allowed): lower "
            "the rate, or repeat on a quieter machine"
        )
    return None


def judge(case: Case) -> RowJudged:
    """RUN-002."""
    pace = pace_of(case)
    why = spoilt(case, pace)
    fault = Verdict.HARNESS_FAULT
    checks: list[Check] = []
    if pace is None:
        checks.append(holds("calls that were made", False, 0, 1, "calls", miss=fault))
    else:
        held = pace.held_per_s
        advice = "" if pace.kept else f"The harness failed, not the client: {pace.in_words}"
        checks += [
            at_most("lag p99, whole run", pace.whole_ms, LIMIT_MS, "ms", advice=advice, miss=fault),
            at_most(
                "lag p99, at the peak", pace.peak_ms, LIMIT_MS, "ms", advice=advice, miss=fault
            ),
            holds(
                "rate that it held", held is not None, held, pace.peak_per_s, "calls/s", miss=fault
            ),
        ]
    late_ms = case.seen.noise_p99_s * 1000
    checks.append(at_most("lateness of the mock p99", late_ms, LIMIT_MS, "ms", miss=fault))
    kept = (
        ""
        if pace is None
        else (
            f"Calls were made {max(pace.whole_ms, pace.peak_ms):.1f} ms after their time at p99, "
            f"with {pace.peak_per_s} calls/s at the peak."
        )
    )
    if why is not None:
        return RowJudged(fault, f"The harness failed, not the client: {why}.", tuple(checks))
    return judged_by(checks, kept)


def _lags_by_second(case: Case) -> dict[int, list[float]]:
    lags: defaultdict[int, list[float]] = defaultdict(list)
    for lane in case.seen.lanes:
        for call in lane.calls:
            lags[int(call.scheduled_s)].append((call.sent_s - call.scheduled_s) * 1000)
    return lags


def _p99(lags: Sequence[float]) -> float:
    return nearest_rank(sorted(lags), 0.99) or 0.0
