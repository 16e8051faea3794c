"""Whether the first text that users saw is the first that the server sent: RUN-003."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging.delays import streams_in
from loadtests.judging.intervals import nearest_rank
from loadtests.judging.row import Promise, RowJudged, judged_by
from loadtests.judging.rows.evidence import examples
from reports.results import Verdict
from scenarios.checks import at_least, at_most

if TYPE_CHECKING:
    from loadtests.judging.case import Case, LaneCall, LaneCase
    from loadtests.world.seen import Attempt

LIMIT_MS = 5.0

PROMISE = Promise(
    id="RUN-003",
    right="The first text reaches the user within 5 ms of the server sending it, at p95.",
    severity="should",
    group="RUN",
)


def has_streams(case: Case) -> bool:
    """Whether the profile has any streams to judge by."""
    return any(arrival.kind == "stream" for arrival in case.schedule.arrivals)


def answer_of(call: LaneCall) -> Attempt | None:
    """The request that a call was answered by: the one that the client names, else the last."""
    named = call.ended.request_id if call.ended is not None else None
    fitting = [one for one in call.attempts if named is None or one.request_id == named]
    return fitting[-1] if fitting else None


def gaps_ms(lane: LaneCase) -> tuple[tuple[float, LaneCall], ...]:
    """How long after the server had sent it the first text was seen, for each live stream."""
    gaps = []
    for call in streams_in(lane.calls):
        answer = answer_of(call)
        if answer is None or answer.first_text_s is None or call.ended is None:
            continue
        if call.ended.first_s is not None:
            gaps.append(((call.ended.first_s - answer.first_text_s) * 1000, call))
    return tuple(gaps)


def judge(case: Case) -> RowJudged:
    """RUN-003. A slow client cannot be told from a slow harness, so a miss is an advisory.

    Text that is seen before it was sent can only be two clocks that disagree.
    """
    gaps = gaps_ms(case.client)
    if not gaps:
        return RowJudged(Verdict.NOT_TESTABLE, "No stream was answered, so there is no first text.")
    ordered = sorted(gap for gap, _ in gaps)
    p95 = nearest_rank(sorted(abs(gap) for gap in ordered), 0.95)
    early = nearest_rank(ordered, 0.05)
    checks = [
        at_least(
            "first text after it was sent, p5",
            early,
            -LIMIT_MS,
            "ms",
            advice="The harness failed, not the client: its clocks disagree",
            miss=Verdict.HARNESS_FAULT,
        ),
        at_most(
            "distance of the first text from its sending, p95",
            p95,
            LIMIT_MS,
            "ms",
            advice="Pass text on as it comes, or give the client's process more of the machine",
            miss=Verdict.ADVISORY,
            timing=True,
        ),
    ]
    slowest = [call for _, call in sorted(gaps, key=lambda each: -abs(each[0]))]
    missed = any(check.verdict is not Verdict.PASS for check in checks)
    kept = (
        f"Of {len(gaps)} streams 95 % showed their first text within {p95:.1f} ms of its sending."
    )
    return judged_by(checks, kept, examples(slowest[:3]) if missed else ())
