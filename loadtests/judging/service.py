"""Figures about what users got: answers, how many of them each second, and of what quality."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from loadtests.judging.figure import NOTHING, SHARE, FigureKind, Measured, share_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadtests.judging.case import LaneCall, LaneCase

DEGRADING = frozenset({"fallback_model", "fallback_provider", "stale_cache", "static_reply"})
"""The claims of a client that may answer with less than was asked for."""

MOST_KINDS = 3


def outcomes_in_words(calls: Iterable[LaneCall]) -> str:
    """How the calls without an answer ended, the most frequent first."""
    kinds = Counter(call.outcome for call in calls if not call.ok)
    told = [f"{count} {kind}" for kind, count in kinds.most_common(MOST_KINDS)]
    further = sum(kinds.values()) - sum(count for _, count in kinds.most_common(MOST_KINDS))
    return ", ".join([*told, f"{further} otherwise"] if further else told)


def _success_share(lane: LaneCase) -> Measured:
    calls = lane.judged
    return share_of(len(lane.answered), len(calls), outcomes_in_words(calls))


def _goodput_per_s(lane: LaneCase) -> Measured:
    share = share_of(len(lane.answered), len(lane.judged))
    if share.value is None or not lane.judged_s:
        return NOTHING
    return share.times(len(lane.judged) / lane.judged_s)


def _worst_tenant(lane: LaneCase) -> Measured:
    due: Counter[str] = Counter(call.arrival.tenant for call in lane.judged)
    answered: Counter[str] = Counter(call.arrival.tenant for call in lane.answered)
    if not due:
        return NOTHING
    worst = min(due, key=lambda tenant: answered[tenant] / due[tenant])
    return share_of(answered[worst], due[worst], f"the tenant {worst!r}")


def _degraded_share(lane: LaneCase) -> Measured:
    told = [call for call in lane.answered if call.ended and call.ended.degraded is not None]
    sources = Counter(
        call.ended.source or "unnamed" for call in told if call.ended and call.ended.degraded
    )
    return share_of(
        sum(sources.values()),
        len(told),
        ", ".join(f"{count} {source}" for source, count in sources.most_common(MOST_KINDS)),
    )


def _ended_as(outcome: str, lane: LaneCase) -> Measured:
    if not lane.judged:
        return NOTHING
    count = sum(call.outcome == outcome for call in lane.judged)
    return Measured(count, n=len(lane.judged))


def _hung(lane: LaneCase) -> Measured:
    return _ended_as("hung", lane)


def _crashed(lane: LaneCase) -> Measured:
    return _ended_as("crashed", lane)


FIGURES = (
    FigureKind(
        name="success_share",
        label="Success share",
        unit=SHARE,
        better="higher",
        meaning=(
            "Of the calls that users made, the share that ended with an answer. A call that was "
            "never made for lack of a free slot counts as one without an answer."
        ),
        default_why=(
            "At 10 % random errors three attempts leave 0.1 % of calls without an answer; 99 % "
            "leaves room for chance, 6 failures in 500 calls have a probability of 1.4e-5 "
            "(LOAD-001; BROOKER)."
        ),
        measure=_success_share,
    ),
    FigureKind(
        name="goodput_per_s",
        label="Goodput",
        unit="calls/s",
        better="higher",
        meaning=(
            "Calls with an answer for each second in which calls were due. Attempts do not count: "
            "a server that is busy with retries has throughput and no goodput."
        ),
        default_why=(
            "It cannot exceed the rate of the schedule; 95 % of it is what a service that is not "
            "held down reaches (LOAD-004; META21/22)."
        ),
        measure=_goodput_per_s,
    ),
    FigureKind(
        name="success_share_worst_tenant",
        label="Success share of the worst tenant",
        unit=SHARE,
        better="higher",
        meaning="The success share of the tenant that fared worst.",
        default_why=(
            "One tenant's storm must not starve another in the same process (LOAD-010; AWS-DOC); "
            "the share of all calls can hide it."
        ),
        measure=_worst_tenant,
    ),
    FigureKind(
        name="degraded_share",
        label="Degraded share",
        unit=SHARE,
        better="lower",
        meaning=(
            "Of the answers, the share that the client marked as degraded: from a fallback model "
            "or provider, from an expired cache entry, or a static reply."
        ),
        default_why=(
            "While the first choice is well no answer may be degraded; while it is gone all may. "
            "What is right depends on the share of the run that the profile's fault takes."
        ),
        measure=_degraded_share,
        claims=DEGRADING,
    ),
    FigureKind(
        name="hung_calls",
        label="Hung calls",
        unit="calls",
        better="lower",
        meaning="Calls that the client had not ended when the patience of the harness was over.",
        default_why="Every client owes its user an end of each call (TIME-002).",
        measure=_hung,
    ),
    FigureKind(
        name="crashed_calls",
        label="Crashed calls",
        unit="calls",
        better="lower",
        meaning="Calls that ended because the client's process did.",
        default_why="A fault of the server must never end the process of its client (VAL-003).",
        measure=_crashed,
    ),
)
