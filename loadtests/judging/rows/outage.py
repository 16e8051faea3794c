"""LOAD-002, LOAD-003 and LOAD-012: an outage, and the first seconds after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadtests.judging.amplification import busiest_second
from loadtests.judging.rows.proof import (
    Stretch,
    beside,
    control_share,
    enough,
    failed,
    healthy_before,
    require_outage,
    share_kept,
    stretch_of,
)
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from reports.results import Verdict
from scenarios.checks import at_most, nothing
from scenarios.samples import clean_trials_bound

if TYPE_CHECKING:
    from loadtests.judging.case import Case, LaneCall, LaneCase
    from reports.results import Check

ATTEMPTS = 3.0
"""How many attempts a client is allowed that declares none."""

AMPLIFIED = 1.5
PEAK, WORST_PEAK = 3.0, 10.0
FIRST_S = 5.0
"""How long after the recovery its peak is looked for."""

BACK_WITHIN_S = 10.0
BACK = 0.95
REACTION_S = 0.25
"""What a client needs to notice that a local limit is reached (reading.md section 0.8)."""

NO_STORM = "Bound all retries together: a retry budget, or a breaker that leaves the server alone"


@load_row("LOAD-002")
def an_outage_is_not_stormed(case: Case) -> Looked:
    """The server answers 503 to everything for a while. Measured are the requests that arrive in
    the last third of that time, for each call that is due in it: by then every client has noticed.
    Without any bound but max_attempts they are max_attempts a call; more than that fails, and so
    does more than 1.5, which is what retry budgets of 10 to 20 % and breakers keep well below
    (Site Reliability Engineering, "Handling Overload"). Controls: before the outage calls succeed,
    so that silence is no way to pass, and in it the control, which never retries, gets no answers.
    """
    steady, fault = stretch_of(case, "steady"), stretch_of(case, "fault")
    require_outage(case, fault)
    late = fault.last(1 / 3)
    calls = late.due(case.client)
    enough(calls, 20, "calls were due in the last third of the outage")
    arrived = len(late.arrived(case.client)) / len(calls)
    control = None if case.control is None else len(late.arrived(case.control)) / len(calls)
    attempts = case.setting("max_attempts", ATTEMPTS)
    return Looked(
        (
            beside(
                at_most(
                    "arrivals per call late in the outage",
                    arrived,
                    AMPLIFIED,
                    f"requests for each of {len(calls)} calls",
                    advice=NO_STORM,
                ),
                control,
            ),
            at_most(
                "arrivals per call late in the outage, against max_attempts",
                arrived,
                attempts,
                "requests a call",
                tolerance=3 * (attempts / len(calls)) ** 0.5,
                advice="Make no more attempts than the caller allows",
            ),
            healthy_before(case, steady),
        ),
        sorted(calls, key=lambda call: -len(call.attempts)),
    )


@load_row("LOAD-003")
def recovery_is_no_stampede(case: Case) -> Looked:
    """The server is well again after an outage. Measured are the most requests that arrive within
    any one second of the first five, against those of a second before the outage: up to 3 times
    passes, more is an advisory, and what fails is more than 10 times, or in an outage of fewer than
    10 s more times than it had seconds, which is a whole backlog within one second. And goodput has
    to be back: of the calls due later than the backoff cap (at least 10 s) after the recovery 95 %
    get an answer, with the failures allowed that chance explains at 95 %. Controls: before the
    outage calls succeed, and in it the control, which never retries, gets no answers.
    """
    steady, fault = stretch_of(case, "steady"), stretch_of(case, "fault")
    recovery = stretch_of(case, "recovery")
    require_outage(case, fault)
    healthy = healthy_before(case, steady)
    back_s = max(BACK_WITHIN_S, case.setting("backoff_cap_s", 0.0))
    late = Stretch(recovery.start_s + back_s, recovery.end_s)
    calls = late.due(case.client)
    enough(calls, 20, f"calls were due later than {back_s:g} s after the recovery")
    first = Stretch(recovery.start_s, min(recovery.end_s, recovery.start_s + FIRST_S))
    return Looked(
        (*_peak_checks(case, steady, fault, first), _goodput_back(case, late, back_s), healthy),
        [*failed(calls), *(call for call in fault.due(case.client) if _came_back(call, first))],
    )


def _peak_checks(
    case: Case, steady: Stretch, fault: Stretch, first: Stretch
) -> tuple[Check, Check]:
    usual = len(steady.arrived(case.client)) / steady.length_s
    peak = _busiest(case.client, first) / usual if usual else None
    control = None
    if case.control is not None:
        control_usual = len(steady.arrived(case.control)) / steady.length_s
        control = _busiest(case.control, first) / control_usual if control_usual else None
    unit = f"times the {usual:.3g} requests of a second before the outage"
    advice = "Spread what the outage has held up over many seconds, or drop it"
    worst = min(WORST_PEAK, max(PEAK, fault.length_s))
    return (
        beside(at_most("peak after the recovery", peak, worst, unit, advice=advice), control),
        at_most(
            "modest peak after the recovery", peak, PEAK, unit, advice=advice, miss=Verdict.ADVISORY
        ),
    )


def _goodput_back(case: Case, late: Stretch, back_s: float) -> Check:
    calls = late.due(case.client)
    check = share_kept(
        f"goodput later than {back_s:g} s after the recovery",
        len(calls) - len(failed(calls)),
        len(calls),
        BACK,
        likely=BACK,
        advice="Try the server again soon after it may be back, and let calls through once it is",
    )
    return beside(check, control_share(case, late))


def _busiest(lane: LaneCase, stretch: Stretch) -> int:
    at_s = [one.arrived_s for one in stretch.arrived(lane)]
    return busiest_second(at_s, stretch.start_s, stretch.end_s)


def _came_back(call: LaneCall, first: Stretch) -> bool:
    return any(first.start_s <= one.arrived_s < first.end_s for one in call.attempts)


@load_row("LOAD-012", needs=("deadline",))
def expired_work_is_dropped(case: Case) -> Looked:
    """Calls have a deadline that is shorter than the outage. Measured are the requests that arrive
    after the recovery for calls whose deadline had passed by more than 250 ms, which is what a
    client needs to notice it: none may, since nobody waits for the answer and a server that has
    just come back has no time to give away ("Addressing Cascading Failures" in Site Reliability
    Engineering). Controls: the outage lasts long enough for calls to expire in it, before it calls
    succeed, and in it the control, which never retries, gets no answers.
    """
    steady, fault = stretch_of(case, "steady"), stretch_of(case, "fault")
    recovery = stretch_of(case, "recovery")
    require_outage(case, fault)
    calls = [call for call in fault.due(case.client) if not call.arrival.repeated]
    expired = [
        call for call in calls if (at_s := _over_s(call)) is not None and at_s < recovery.start_s
    ]
    enough(expired, 10, "calls with a deadline expired during the outage")
    sent = {call.arrival.index: late for call in calls if (late := _sent_late(call, recovery))}
    check = nothing(
        "arrivals of expired calls after the recovery",
        [f"call {index}: {late:.1f} s after its deadline" for index, late in sorted(sent.items())],
        advice="Look at the deadline before each attempt, also of calls that wait in a queue",
    )
    return Looked(
        (_with_bound(check, len(expired)), healthy_before(case, steady)),
        [call for call in calls if call.arrival.index in sent],
    )


def _over_s(call: LaneCall) -> float | None:
    """From when on nothing may be sent for a call; None without a deadline."""
    if call.arrival.deadline_s is None:
        return None
    asked_s = call.arrival.at_s if call.ended is None else call.ended.sent_s
    return asked_s + call.arrival.deadline_s + REACTION_S


def _sent_late(call: LaneCall, recovery: Stretch) -> float | None:
    """How long after its deadline the first late request of a call arrived; None without one."""
    over_s = _over_s(call)
    if over_s is None:
        return None
    late = (one.arrived_s for one in call.attempts if one.arrived_s >= recovery.start_s)
    return next((at_s - over_s + REACTION_S for at_s in late if at_s > over_s), None)


def _with_bound(check: Check, trials: int) -> Check:
    """The check, telling what none of so many shows."""
    if check.verdict is not Verdict.PASS:
        return check
    bound = clean_trials_bound(trials)
    told = f"None of {trials} calls: a share above {bound:.1%} would have shown (95 %)."
    return replace(check, detail=told)
