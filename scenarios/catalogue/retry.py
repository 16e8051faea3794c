"""RETRY rows on counts: what is tried again, and how often."""

from __future__ import annotations

import asyncio
from statistics import median
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import (
    all_answered,
    all_typed,
    answered,
    since_arrival_s,
    spared,
    typed_error,
)
from scenarios.catalogue.pacing import calm, one_by_one
from scenarios.checks import at_most, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

MAXIMA = (1, 2, 3, 5)
UNDECLARED_CAP_S = 4.0
"""How long a pause has to be expected of a client that declares no cap, to be patient with it."""

MOST_UNDECLARED = 10
"""More attempts than this, by a client that declares no maximum, count as unbounded."""


@scenario("RETRY-001", needs=("retry",))
async def transient_server_errors_are_retried(lab: Lab) -> None:
    """Calls side by side meet 500, 502, 503 and 504, twice each, and then a healthy server.

    A client that streams makes a streamed call as well, which meets 503. Each has to arrive exactly
    three times and to end with the third answer, known by a canary that the server makes afresh for
    every answer: a client that gives up, tries on after the success, or answers by itself is seen.
    A client that declares fewer than three attempts meets one fault less than it makes attempts.
    Control: a call that meets no fault arrives once.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.4)
    faults = max(1, min(2, int(client.limit("max_attempts", 3)) - 1))
    hit = {
        f"{status}": lab.call(label=f"{status}, then healthy") for status in (500, 502, 503, 504)
    }
    if "streaming" in lab.claims:
        hit["503, streamed"] = lab.call(label="503, streamed, then healthy", stream=True)
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(
            fault("status", status=int(name[:3])).on(call).on_attempts(1, faults).needs(faults)
            for name, call in hit.items()
        )
    )

    control, *outcomes = await client.chat_all([untouched, *hit.values()])

    for (name, call), outcome in zip(hit.items(), outcomes, strict=True):
        lab.check(
            *answered(
                lab,
                name,
                call,
                outcome,
                attempts=faults + 1,
                advice=f"Try a call that met {name[:3]} again until the server answers",
            ),
            *reported(name, outcome, faults + 1),
        )
    lab.check(*spared(lab, untouched, control))


def reported(name: str, outcome: Outcome, attempts: int) -> tuple[Check, ...]:
    """The client's own count of attempts, where it gives one with an answer."""
    if outcome.answer is None or outcome.answer.attempts is None:
        return ()
    return (
        equal(
            f"{name}: attempts reported",
            outcome.answer.attempts,
            attempts,
            advice="Report as many attempts as were made",
        ),
    )


@scenario("RETRY-002", needs=("retry",))
async def too_many_requests_is_retried(lab: Lab) -> None:
    """Three calls meet 429 without Retry-After once, and then a healthy server.

    Each has to arrive exactly twice, the second time after a pause, and to end with the second
    answer, known by its canary. How long the pause has to be is judged by BACK-001. Control: a call
    that meets no fault arrives once.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.4)
    hit = lab.calls(3, label="429 call")
    untouched = lab.call(label="control: no fault")
    lab.plan(*(fault("status", status=429).on(call).on_attempts(1) for call in hit))

    control, *outcomes = await client.chat_all([untouched, *hit])

    advice = "Treat 429 without a hint as transient: pause, and try again"
    gaps = [a.gap_s for call in hit for a in lab.attempts(call) if a.gap_s is not None]
    lab.check(
        *all_answered(lab, "429", hit, outcomes, attempts=2, advice=advice),
        holds(
            "429: shortest pause",
            bool(gaps) and min(gaps) > 0,
            min(gaps, default=None),
            "more than 0",
            "s",
            advice="Wait for the answer, and then a little, before trying again",
        ),
        *spared(lab, untouched, control),
    )


@scenario("RETRY-005", needs=("retry",))
async def attempts_equal_the_maximum(lab: Lab) -> None:
    """Four clients with max_attempts 1, 2, 3 and 5 meet 503 for ever, and are watched afterwards.

    The first try counts: a maximum of 3 is three arrivals, no more and no fewer, and none comes
    after the call has ended, watched for 5 s more than the backoff cap. A client that declares no
    maximum may make the same number of attempts each time, ten at most, with an advisory. Control:
    every call ends, in an error; the plain call afterwards is answered.
    """
    clients = [
        await lab.open(max_attempts=n, backoff_base_s=0.05, backoff_cap_s=0.4) for n in MAXIMA
    ]
    calls = [lab.call(label=f"max_attempts {n}, always 503") for n in MAXIMA]
    lab.plan(*(fault("status", status=503).on(call) for call in calls))

    patience_s = 10.0 + MAXIMA[-1] * lab.limit("backoff_cap_s", UNDECLARED_CAP_S)
    outcomes = await asyncio.gather(
        *(
            client.chat(call, patience_s=patience_s)
            for client, call in zip(clients, calls, strict=True)
        )
    )
    counts = [len(lab.attempts(call)) for call in calls]
    late = await lab.late_attempts(tuple(call.token for call in calls))

    lab.check(*counted(clients, counts))
    said = [outcome.error.attempts if outcome.error else None for outcome in outcomes]
    lab.check(
        nothing(
            "counts in the errors that are not the server's",
            [
                f"{call.label}: {own} of {count}"
                for call, own, count in zip(calls, said, counts, strict=True)
                if own not in (None, count)
            ],
            advice="Report as many attempts as were made",
        )
    )
    lab.check(
        *(
            typed_error(
                f"max_attempts {n}", outcome, advice="End in the last error when attempts run out"
            )
            for n, outcome in zip(MAXIMA, outcomes, strict=True)
        ),
        nothing(
            "attempts after the call had ended",
            [f"one at {attempt.start_s - lab.started_s:.2f} s" for attempt in late],
            advice="Leave no retry behind when a call has ended",
        ),
    )


def counted(clients: Sequence[Client], counts: Sequence[int]) -> tuple[Check, ...]:
    """Arrivals against the maximum in force, or against each other where none is declared."""
    advice = "Make as many attempts as max_attempts says, the first one included"
    in_force = [client.limit("max_attempts") for client in clients]
    if None not in in_force:
        return tuple(
            equal(f"max_attempts {n}: attempts on the wire", count, int(limit or 0), advice=advice)
            for n, count, limit in zip(MAXIMA, counts, in_force, strict=True)
        )
    steady = len(set(counts)) == 1 and 1 <= counts[0] <= MOST_UNDECLARED
    return (
        holds(
            "attempts on the wire for max_attempts 1, 2, 3 and 5",
            list(counts) == list(MAXIMA),
            list(counts),
            list(MAXIMA),
            advice=f"Offer a setting for the number of attempts; {advice[0].lower()}{advice[1:]}",
            miss=Verdict.ADVISORY if steady else Verdict.FAIL,
        ),
    )


@scenario("RETRY-019")
async def without_retries_there_is_one_attempt(lab: Lab) -> None:
    """Five calls of a client with max_attempts 1 meet 503: one attempt, and the error at once.

    The time runs from the arrival, and what the server took is subtracted; what remains has to be
    under 250 ms in the median of the five, with a backoff of 4 s set, so that no pause hides behind
    the last attempt. A client that declares no max_attempts gets an advisory for further attempts,
    since it cannot be told that there may be none. Control: a call that meets no fault arrives
    once.
    """
    lab.must_set("max_attempts")
    client = await lab.open(max_attempts=1, backoff_base_s=4.0, backoff_cap_s=8.0)
    await calm(lab, client)
    hit = lab.calls(5, label="503 call")
    untouched = lab.call(label="control: no fault")
    lab.plan(*(fault("status", status=503).on(call) for call in hit))

    control, *outcomes = await one_by_one(client, [untouched, *hit], every_s=0.05)
    late = await lab.late_attempts(tuple(call.token for call in hit), within_s=1.0)

    miss = Verdict.FAIL if client.limit("max_attempts") == 1 else Verdict.ADVISORY
    advice = "Make one attempt when retries are off, and tell its error at once"
    made = [len(lab.attempts(call)) for call in hit]
    own_s = [
        took_s - sum(served_s(lab, call))
        for call, outcome in zip(hit, outcomes, strict=True)
        if (took_s := since_arrival_s(lab, call, outcome)) is not None
    ]
    lab.check(
        equal(
            "attempts of each call",
            made,
            [1] * len(hit),
            advice=advice,
            miss=miss if all(made) else Verdict.FAIL,
        ),
        *all_typed("503", hit, outcomes, advice=advice),
        at_most(
            "time beyond the server's own, median",
            median(own_s) if own_s else None,
            lab.allow(lab.targets.single_attempt_s, typical=True),
            "s",
            advice=advice,
            miss=miss,
            timing=True,
        ),
        nothing(
            "attempts after the call had ended",
            [f"one at {attempt.start_s - lab.started_s:.2f} s" for attempt in late],
            advice=advice,
            miss=miss,
        ),
        *spared(lab, untouched, control),
    )


def served_s(lab: Lab, call: Call) -> list[float]:
    """How long the server had each attempt of a call, in seconds."""
    return [
        (attempt.last_byte_out_ns - attempt.start_ns) / 1e9
        for attempt in lab.attempts(call)
        if attempt.last_byte_out_ns is not None
    ]
