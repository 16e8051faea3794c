"""Figures about the load that a client makes of its calls: attempts, peaks, and time to recover."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from math import inf, sqrt
from statistics import stdev
from typing import TYPE_CHECKING

from loadtests.judging.figure import NOTHING, SHARE, FigureKind, Measured, share_of
from loadtests.judging.intervals import FEWEST, Z
from loadtests.judging.service import outcomes_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import LaneCall, LaneCase

PEAK_WITHIN_S = 5.0
"""The peak is looked for in the windows of a second that begin so soon after the fault."""

RECOVERED_SHARE = 0.95
RECOVERED_CALLS = 20
"""Service is back when so many calls in a row, or more, reach that share; fewer prove nothing."""


def recoveries(lane: LaneCase) -> tuple[tuple[float, float], ...]:
    """When service was expected to come back: phases of recovery, neighbours taken together."""
    found: list[tuple[float, float]] = []
    for span in lane.schedule.of_role("recovery"):
        if found and found[-1][1] == span.start_s:
            found[-1] = (found[-1][0], span.end_s)
        else:
            found.append((span.start_s, span.end_s))
    return tuple(found)


def busiest_second(moments: Sequence[float], start_s: float, end_s: float) -> int:
    """The most of the moments in any window of a second that begins in [start, end).

    ``moments`` are in ascending order.
    """
    first, last = bisect_left(moments, start_s), bisect_left(moments, end_s)
    return max(
        (bisect_left(moments, moments[place] + 1.0) - place for place in range(first, last)),
        default=0,
    )


def back_from(ok: Sequence[bool]) -> int | None:
    """From which call on service is back; None if it never is.

    It is the place that parts the bad from the good best: in every stretch that begins there at
    least ``RECOVERED_SHARE`` of the calls have an answer, and in none that ends there. A single
    failure later on does not move it, a relapse does.
    """
    worth = [1 - RECOVERED_SHARE if good else -RECOVERED_SHARE for good in ok]
    from_here = list(accumulate(reversed(worth)))[::-1]
    if not from_here:
        return None
    # Rounded, so that a stretch of exactly the share counts, whatever binary fractions make of it.
    best = max(range(len(ok)), key=lambda place: (round(from_here[place], 9), -place))
    enough = len(ok) - best >= min(RECOVERED_CALLS, len(ok))
    return best if from_here[best] >= -1e-9 and enough else None


def _amplification(lane: LaneCase) -> Measured:
    return _arrivals_per_call(len(lane.judged_attempts), lane, lane.judged)


def _amplification_in_fault(lane: LaneCase) -> Measured:
    spans = lane.schedule.of_role("fault")
    arrived = sum(len(lane.arrived(span.start_s, span.end_s)) for span in spans)
    phases = {span.number for span in spans}
    calls = tuple(call for call in lane.judged if call.arrival.phase in phases)
    return _arrivals_per_call(arrived, lane, calls)


def requests_by_call(lane: LaneCase) -> Counter[int]:
    """How many requests each call made, by its place in the schedule.

    A request belongs to one call: of a batch to its first, of repeats of a prompt to the last one
    that was due before it arrived.
    """
    made: Counter[int] = Counter()
    for attempt in lane.attempts:
        asking = lane.schedule.by_token.get(attempt.tokens[0], ()) if attempt.tokens else ()
        if asking:
            place = bisect_right(asking, attempt.arrived_s, key=lambda one: one.at_s)
            made[asking[max(0, place - 1)].index] += 1
    return made


def _arrivals_per_call(arrived: int, lane: LaneCase, calls: Sequence[LaneCall]) -> Measured:
    """Their quotient; how much requests differ from call to call says how sure it is."""
    if not calls:
        return NOTHING
    ratio = arrived / len(calls)
    detail = f"{arrived} requests for {len(calls)} calls"
    if len(calls) < FEWEST:
        return Measured(ratio, n=len(calls), detail=detail)
    made = requests_by_call(lane)
    reach = Z * stdev(made[call.arrival.index] for call in calls) / sqrt(len(calls))
    return Measured(ratio, max(0.0, ratio - reach), ratio + reach, len(calls), detail)


def _first_second_peak(lane: LaneCase) -> Measured:
    steady = _steady_rate(lane)
    if not steady:
        return NOTHING
    arrived = [attempt.arrived_s for attempt in lane.attempts]
    peaks = [
        busiest_second(arrived, start_s, min(start_s + PEAK_WITHIN_S, end_s))
        for start_s, end_s in recoveries(lane)
        if _lived_through(lane, start_s)
    ]
    if not peaks:
        return NOTHING
    detail = f"{max(peaks)} requests in a second, {steady:.3g} calls/s are usual"
    return Measured(max(peaks) / steady, n=max(peaks), detail=detail)


def _steady_rate(lane: LaneCase) -> float:
    """Calls due in a second while all is well; without such a phase, in the recovery."""
    for role in ("steady", "recovery"):
        spans = lane.schedule.of_role(role)
        phases = {span.number for span in spans}
        due = sum(one.phase in phases for one in lane.schedule.arrivals)
        if due:
            return due / sum(span.end_s - span.start_s for span in spans)
    return 0.0


def _goodput_share_in_recovery(lane: LaneCase) -> Measured:
    calls = [call for span in recoveries(lane) for call in _known(lane, span)]
    return share_of(sum(call.ok for call in calls), len(calls), outcomes_in_words(calls))


def _time_to_recover(lane: LaneCase) -> Measured:
    each = [_one_recovery(lane, span) for span in recoveries(lane) if _known(lane, span)]
    return max(each, key=lambda one: -inf if one.value is None else one.value, default=NOTHING)


def _one_recovery(lane: LaneCase, span: tuple[float, float]) -> Measured:
    calls = _known(lane, span)
    place = back_from([call.ok for call in calls])
    if place is None:
        answered = sum(call.ok for call in calls)
        lasted_s = span[1] - span[0]
        detail = f"never: {answered} of {len(calls)} calls in {lasted_s:.3g} s had an answer"
        return Measured(inf, n=len(calls), detail=detail)
    if place == 0:
        return Measured(0.0, n=len(calls), detail="with the first call")
    return Measured(calls[place].arrival.at_s - span[0], n=len(calls) - place)


def _known(lane: LaneCase, span: tuple[float, float]) -> tuple[LaneCall, ...]:
    return tuple(call for call in lane.scheduled(*span) if lane.counts(call))


def _lived_through(lane: LaneCase, start_s: float) -> bool:
    """Whether the run saw the beginning of a recovery at all."""
    return lane.cut_at_s is None or lane.cut_at_s > start_s + 1.0


def _throttled_share(lane: LaneCase) -> Measured:
    attempts = lane.judged_attempts
    return share_of(sum(one.status == 429 for one in attempts), len(attempts))


FIGURES = (
    FigureKind(
        name="amplification",
        label="Amplification",
        unit="requests/call",
        better="lower",
        meaning=(
            "Requests that arrived at the servers for each call that users made. Retries and "
            "hedges raise it above 1, caching and batching bring it below."
        ),
        default_why=(
            "At 10 % random errors three attempts make 1.11 requests of a call; 1.18 is 4.5 "
            "standard deviations more (LOAD-001; own arithmetic)."
        ),
        measure=_amplification,
    ),
    FigureKind(
        name="amplification_in_fault",
        label="Amplification in the fault",
        unit="requests/call",
        better="lower",
        meaning=(
            "The same while the fault lasts: what a server that is already in trouble gets on top "
            "of its load."
        ),
        default_why=(
            "A retry budget keeps it near 1.1; 1.5 is what a long outage may cost at most, and "
            "max_attempts what is a failure (LOAD-002; SRE-OVL, AMP-003)."
        ),
        measure=_amplification_in_fault,
    ),
    FigureKind(
        name="first_second_peak",
        label="First-second peak",
        unit="x steady",
        better="lower",
        meaning=(
            "The most requests in any second that begins within 5 s of the end of the fault, "
            "divided by the calls of a usual second. Clients that wait in step make a peak."
        ),
        default_why=(
            "3 is what a server with the usual headroom survives, beyond 10 it goes down again "
            "(LOAD-003; META21/22, AWS-JIT)."
        ),
        measure=_first_second_peak,
    ),
    FigureKind(
        name="goodput_share_in_recovery",
        label="Goodput in recovery",
        unit=SHARE,
        better="higher",
        meaning=(
            "Of the calls that were due after the fault had ended, the share with an answer. Near "
            "0 with a healthy server is a metastable failure: retries alone hold it down."
        ),
        default_why="95 % of what is offered is service that is back (LOAD-004; META21/22).",
        measure=_goodput_share_in_recovery,
    ),
    FigureKind(
        name="time_to_recover_s",
        label="Time to recover",
        unit="s",
        better="lower",
        meaning=(
            "From the end of the fault to the first call from which on at least 95 % of calls have "
            "an answer; 20 calls at least must show it. Infinite if that never comes."
        ),
        default_why=(
            "An outage of ten seconds should stay one of ten seconds: back within the longest "
            "pause of a client, or 10 s (LOAD-003; META21/22)."
        ),
        measure=_time_to_recover,
    ),
    FigureKind(
        name="throttled_share",
        label="Throttled share",
        unit=SHARE,
        better="lower",
        meaning="Of the requests that arrived, the share that the server refused with 429.",
        default_why=(
            "A client that heeds Retry-After and limits its own rate meets few of them "
            "(RATE-001; RLH)."
        ),
        measure=_throttled_share,
    ),
)
