"""RATE rows on hints that are no help: odd ones, endless ones, longer ones than anyone waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import UNTYPED, answered, spared, told, typed_error
from scenarios.catalogue.rate_limits import second_gap_s
from scenarios.checks import at_most, equal, holds, mean_at_least, not_early, nothing
from scenarios.errors import NotTestable
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

USELESS = {
    "0": "0",
    "a past date": "Sun, 06 Nov 1994 08:49:37 GMT",
}
"""Well-formed hints that say "now": the call has to be tried again all the same."""

MALFORMED = {
    "-5": "-5",
    "empty": "",
    "soon": "soon",
    "1.5": "1.5",
    "NaN": "NaN",
}
"""No hints at all: the call goes on with its own backoff."""

ENDLESS = {
    "1000000000": "1000000000",
    "99999999999999999999": "99999999999999999999",
}
"""Longer than anyone waits: the call ends in an error, or goes on with its own backoff."""

HINTS = {**USELESS, **MALFORMED, **ENDLESS}
REPEATS = 5
UNDECLARED_CAP_S = 45.0
REACTION_S = 15.0


async def isolated(lab: Lab, **settings: Any) -> Client:
    """A client in a process of its own where it can have one: a hint may make it sleep for ever."""
    try:
        return await lab.open(process=True, **settings)
    except NotTestable:
        return await lab.open(**settings)


@scenario("RATE-005", needs=("retry",), patience_s=90.0)
async def odd_hints_fall_back_to_backoff(lab: Lab) -> None:
    """Nine Retry-After values that are no use, five calls each, on 429 and 503; then a good server.

    ``0``, ``-5``, an empty one, ``soon``, ``1.5``, ``1000000000``, ``99999999999999999999``, a past
    date and ``NaN``. None may crash the client, raise a bare exception or make it hang (neither
    tried again nor ended 15 s after the cap in force); the mean pause before the second attempt has
    to be 10 ms at least, so that "now" is no hot loop. The two that mean "now" have to be tried
    again and answered; after a malformed one giving up is an advisory; after the two endless ones a
    clean error is as good. The client runs in processes of its own (``NaN`` apart from the others),
    since a sleeping or broken timer must not spoil other rows. Control: a call that meets no fault.
    """
    settings = {"max_attempts": 2, "backoff_base_s": 0.1, "backoff_cap_s": 0.4}
    client, apart = await isolated(lab, **settings), await isolated(lab, **settings)
    hit = {name: lab.calls(REPEATS, label=f"Retry-After {name},") for name in HINTS}
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(
            fault("status", status=(429, 503)[number % 2], retry_after=HINTS[name])
            .on(call)
            .on_attempts(1)
            for name, calls in hit.items()
            for number, call in enumerate(calls)
        )
    )

    patience_s = hang_s(lab, client)
    control_call = client.start(untouched)
    running = {
        name: [(apart if name == "NaN" else client).start(c, patience_s=patience_s) for c in calls]
        for name, calls in hit.items()
    }
    outcomes = {name: [await one for one in started] for name, started in running.items()}

    for name, calls in hit.items():
        lab.check(*survived(lab, name, calls, outcomes[name]))
    lab.check(*spared(lab, untouched, await control_call))


def hang_s(lab: Lab, client: Client) -> float:
    """After how many seconds a call counts as hanging: what it may wait for, and 15 s.

    It may wait for its backoff cap, or for the longest hint that it declares to obey.
    """
    cap_s = client.limit("backoff_cap_s", UNDECLARED_CAP_S)
    longest_hint_s = client.limit("retry_after_cap_s", 0.0)
    return min(lab.targets.malformed_hint_call_s, max(cap_s, longest_hint_s) + REACTION_S)


def survived(
    lab: Lab, name: str, calls: Sequence[Call], outcomes: Sequence[Outcome]
) -> tuple[Check, ...]:
    """What one value may not do to its five calls."""
    gaps = [gap for call in calls if (gap := second_gap_s(lab, call)) is not None]
    good = sum(outcome.ok for outcome in outcomes)
    broken = [told(outcome) for outcome in outcomes if outcome.kind in UNTYPED]
    checks = [
        nothing(
            f"{name}: calls that crashed, hung or ended in a bare exception",
            broken,
            advice=f"Ignore a Retry-After that cannot be used ({name}) and back off as usual",
        ),
        equal(
            f"{name}: calls that reached the server",
            sum(bool(lab.attempts(call)) for call in calls),
            len(calls),
            advice="Send the call",
        ),
    ]
    if name not in ENDLESS:
        checks.append(
            equal(
                f"{name}: calls tried again and answered",
                good,
                len(calls),
                advice=f"Try again with the usual backoff after Retry-After {name}",
                miss=Verdict.FAIL if name in USELESS or not outcomes else Verdict.ADVISORY,
            )
        )
    if gaps:
        checks.append(
            mean_at_least(
                f"{name}: mean pause",
                gaps,
                lab.targets.mean_first_gap_s,
                "s",
                advice=f"Keep the usual backoff as the least pause after Retry-After {name}",
            )
        )
    return tuple(checks)


LONG_HINT_S = 3600.0
DEADLINE_S = 5.0
WATCH_S = 10.0


@scenario("RATE-006", needs=("retry", "retry_after"))
async def a_long_hint_ends_the_call(lab: Lab) -> None:
    """Calls that may take 5 s meet 429 and 503 with ``Retry-After: 3600``, for ever.

    The 5 s are a deadline, where the client has deadlines. Nothing may arrive before the hint is
    over, watched for 10 s. The caller has to know within a
    second, in an error that tells the 3600 s; an end by the deadline, or an error without the hint,
    is an advisory; a call that still waits a second after its deadline (without deadlines: 5 s
    after the backoff cap) has made its caller wait for nothing and fails. Controls: a hint of 1 s
    is waited for and the call answered, so that giving up at every hint is no way to pass.
    """
    client = await isolated(lab, max_attempts=3, backoff_base_s=0.1, backoff_cap_s=2.0)
    deadline_s = DEADLINE_S if "deadline" in lab.claims else None
    hit = {status: lab.call(label=f"{status} with Retry-After: 3600") for status in (429, 503)}
    short = lab.call(label="control: 429 with Retry-After: 1")
    lab.plan(
        *(
            fault("status", status=status, retry_after="3600").on(call)
            for status, call in hit.items()
        ),
        fault("status", status=429, retry_after="1").on(short).on_attempts(1),
    )
    patience_s = waiting_s(client, deadline_s)

    outcomes = await client.chat_all(
        [short, *hit.values()], deadline_s=deadline_s, patience_s=patience_s
    )
    waited, *long = outcomes
    spent_s = max(outcome.elapsed_s for outcome in outcomes)
    watched = tuple(call.token for call in hit.values())
    await lab.late_attempts(watched, within_s=max(1.0, WATCH_S - spent_s))

    for (status, call), outcome in zip(hit.items(), long, strict=True):
        lab.check(*gave_up(lab, status, call, outcome))
    advice = "Wait for a hint that the caller has time for, and try again"
    lab.check(
        *answered(lab, "control: hint of 1 s", short, waited, attempts=2, advice=advice),
        not_early("control: pause after a hint of 1 s", second_gap_s(lab, short), 1.0),
    )


def waiting_s(client: Client, deadline_s: float | None) -> float:
    """How long the caller may be left waiting before it counts as a failure, in seconds."""
    if deadline_s is not None:
        return deadline_s + 1.0
    return max(6.0, client.limit("backoff_cap_s", 0.0) + 5.0)


def gave_up(lab: Lab, status: int, call: Call, outcome: Outcome) -> tuple[Check, ...]:
    """What the caller of one call with a long hint learns, and when; and what the server sees."""
    advice = (
        "End the call when Retry-After asks for more time than the caller has, and tell the hint"
    )
    hint_s = outcome.error.retry_after_s if outcome.error else None
    early = [f"{attempt.gap_s:.2f} s after" for attempt in lab.attempts(call)[1:] if attempt.gap_s]
    return (
        equal(f"{status}: calls that arrived", min(1, len(lab.attempts(call))), 1),
        nothing(
            f"{status}: attempts before the hint was over",
            early,
            advice="Never shorten a Retry-After into an earlier retry: wait for it or give up",
        ),
        at_most(
            f"{status}: time until the caller knows",
            None if outcome.ending == "hung" else outcome.elapsed_s,
            lab.allow(lab.targets.long_hint_error_s),
            "s",
            advice=advice,
            miss=Verdict.FAIL if outcome.ending == "hung" else Verdict.ADVISORY,
        ),
        typed_error(f"{status}", outcome, advice=advice),
        holds(
            f"{status}: the hint in the error",
            hint_s is not None and abs(hint_s - LONG_HINT_S) <= 10.0,
            hint_s,
            LONG_HINT_S,
            "s",
            advice="Let the error tell how long the server asked to wait",
            miss=Verdict.ADVISORY if hint_s is None else Verdict.FAIL,
        ),
    )
