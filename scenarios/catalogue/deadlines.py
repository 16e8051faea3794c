"""TIME rows on the caller's deadline: it bounds trickling bytes, attempts and pauses alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.catalogue.outcomes import answered, typed_error
from scenarios.catalogue.pacing import calm
from scenarios.checks import at_least, at_most, nothing
from scenarios.evidence import NS_PER_S
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from reports.results import Check
    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

EXCEEDED = frozenset({"deadline_exceeded", "timeout"})


@scenario("TIME-004", needs=("deadline",))
async def a_deadline_holds_while_bytes_trickle(lab: Lab) -> None:
    """Answers that come one byte every 100 ms, for more than 20 s, meet a deadline of 2 s.

    A client that streams makes a streamed call too. No byte is ever late, so that a timer which
    starts anew with each byte never fires; the deadline has to. The client has to close the
    connection, and to tell its caller in a typed error, within 500 ms of the deadline. Control: an
    answer that trickles for half a second and then comes whole is handed out.
    """
    client = await lab.open(timeout_s=15.0, idle_timeout_s=5.0, max_attempts=1)
    await calm(lab, client)
    deadline_s = 2.0
    hit = {"answer": lab.call(label="an answer that trickles")}
    if "streaming" in lab.claims:
        hit["stream"] = lab.call(label="a stream that trickles", stream=True)
    brief = lab.call(label="control: trickles for half a second")
    lab.plan(
        *(fault("drip", bytes=1, interval_s=0.1).on(call) for call in hit.values()),
        fault("drip", bytes=1, interval_s=0.1, limit_s=0.5).on(brief),
    )

    control, *outcomes = await client.chat_all(
        [brief, *hit.values()], deadline_s=deadline_s, patience_s=8.0
    )
    await lab.settled(tuple(call.token for call in hit.values()), timeout_s=2.0)

    excess_s = lab.allow(lab.targets.drip_deadline_excess_s)
    advice = "Bound the whole call by its deadline, also while bytes keep coming"
    for (name, call), outcome in zip(hit.items(), outcomes, strict=True):
        lab.check(
            at_least(
                f"{name}: attempts on the wire", len(lab.attempts(call)), 1, advice="Send the call"
            ),
            at_most(
                f"{name}: connection closed after",
                left_s(lab, call, outcome),
                deadline_s,
                "s",
                tolerance=excess_s,
                advice=advice,
                timing=True,
            ),
            told_in_time(name, outcome, deadline_s, excess_s, advice=advice),
            typed_error(name, outcome, exact=EXCEEDED, advice="Raise a deadline error"),
        )
    lab.check(*answered(lab, "control: half a second", brief, control, attempts=1, advice=advice))


def left_s(lab: Lab, call: Call, outcome: Outcome) -> float | None:
    """When the last connection of a call was closed, in seconds after the call began."""
    attempts = lab.attempts(call)
    left_ns = attempts[-1].client_left_ns if attempts else None
    return None if left_ns is None else left_ns / NS_PER_S - outcome.started_s


def told_in_time(
    name: str, outcome: Outcome, deadline_s: float, excess_s: float, *, advice: str
) -> Check:
    """The caller has its error by the deadline; a call that hangs or crashes has none."""
    return at_most(
        f"{name}: caller told after",
        outcome.elapsed_s if outcome.error else None,
        deadline_s,
        "s",
        tolerance=excess_s,
        advice=advice,
        timing=True,
    )


CALLS_EACH = 4


def endings_to_outlast() -> dict[str, PlannedRule]:
    """What the calls of TIME-006 meet: each would go on well past the deadline."""
    return {
        "503": fault("status", status=503),
        "silence": fault("hold"),
        "503 with Retry-After: 10": fault("status", status=503, retry_after="10"),
    }


@scenario("TIME-006", needs=("retry", "deadline"))
async def a_deadline_bounds_attempts_and_pauses(lab: Lab) -> None:
    """Calls with a deadline of 3 s meet 503, silence, and 503 with ``Retry-After: 10``, four each.

    Five attempts of 2 s each and pauses of up to 3 s would run far past the deadline. No attempt
    may arrive later than 50 ms after it, counted from the first arrival and watched for 5 s and the
    backoff cap after the call; the caller has to have its error within 250 ms of it. A pause that
    cannot end in time need not be begun: a call may end early. Controls: each call reaches the
    server, and one that meets 503 once, and a pause it has time for, is tried again and answered.
    """
    deadline_s = 3.0
    client = await lab.open(max_attempts=5, timeout_s=2.0, backoff_base_s=1.5, backoff_cap_s=3.0)
    quick = await lab.open(max_attempts=5, timeout_s=2.0, backoff_base_s=0.1, backoff_cap_s=0.4)
    await calm(lab, client)
    kinds = endings_to_outlast()
    hit = {name: lab.calls(CALLS_EACH, label=f"{name} call") for name in kinds}
    rescued = lab.call(label="control: 503, then healthy")
    lab.plan(
        *(kinds[name].on(call) for name, calls in hit.items() for call in calls),
        fault("status", status=503).on(rescued).on_attempts(1),
    )

    saved = quick.start(rescued, deadline_s=deadline_s, patience_s=8.0)
    every = [call for calls in hit.values() for call in calls]
    outcomes = await client.chat_all(every, deadline_s=deadline_s, patience_s=8.0)
    await lab.late_attempts(tuple(call.token for call in every), within_s=lab.targets.drain_s + 3.0)

    ended = dict(zip((call.token for call in every), outcomes, strict=True))
    for name, calls in hit.items():
        lab.check(*bounded(lab, name, calls, [ended[c.token] for c in calls], deadline_s))
    lab.check(
        *answered(
            lab,
            "control: 503 once",
            rescued,
            await saved,
            attempts=2,
            advice="Retry while the deadline leaves time",
        )
    )


def bounded(
    lab: Lab, name: str, calls: list[Call], outcomes: list[Outcome], deadline_s: float
) -> tuple[Check, ...]:
    """Four calls against one ending: their last arrivals, and when their callers were told.

    Arrivals are counted from the first one, which comes after the client has set its deadline.
    """
    advice = "Let the caller's deadline bound attempts and pauses together"
    arrivals = [[a.start_s for a in lab.attempts(call)] for call in calls]
    latest = max((times[-1] - times[0] for times in arrivals if times), default=None)
    slowest = max(outcomes, key=lambda outcome: outcome.elapsed_s)
    worst = next((o for o in outcomes if o.error is None), slowest)
    return (
        nothing(
            f"{name}: calls that never arrived",
            [call.label for call, times in zip(calls, arrivals, strict=True) if not times],
            advice="Send the call",
        ),
        at_most(
            f"{name}: last arrival after the first",
            latest,
            deadline_s,
            "s",
            tolerance=lab.allow(lab.targets.attempt_after_deadline_s),
            advice=f"{advice}: start none after it",
            timing=True,
        ),
        told_in_time(
            f"{name}: slowest call",
            worst,
            deadline_s,
            lab.allow(lab.targets.reaction_s),
            advice=advice,
        ),
        typed_error(name, worst, advice="Tell the caller in a typed error"),
    )
