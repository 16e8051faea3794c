"""RATE rows on hints that are no help: odd ones, endless ones, longer ones than anyone waits."""

from __future__ import annotations

from statistics import mean, median
from typing import TYPE_CHECKING, Any

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import (
    UNTYPED,
    answered,
    counted,
    has_last_answer,
    spared,
    told,
)
from scenarios.catalogue.pacing import calm, in_rounds
from scenarios.catalogue.rate_limits import second_gap_s
from scenarios.checks import at_least, at_most, equal, not_early, nothing
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
    "a date in 1994": "Sun, 06 Nov 1994 08:49:37 GMT",
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

HINTS = {**ENDLESS, **MALFORMED, **USELESS}
REPEATS = 9
"""Calls for each value; the rule asks for five, of which full jitter may have a low median."""

DECLARED_SHARE = 1 / 40
"""Of a declared base: the least median of nine first pauses, of which full jitter makes half."""

EVERY_S = 0.04
"""Between two calls, so that their answers do not wait for one another inside the client."""

UNDECLARED_CAP_S = 45.0
REACTION_S = 8.0


async def isolated(lab: Lab, **settings: Any) -> Client:
    """A client in a process of its own where it can have one: a hint may make it sleep for ever."""
    try:
        return await lab.open(process=True, **settings)
    except NotTestable:
        return await lab.open(**settings)


@scenario("RATE-005", needs=("retry",), patience_s=120.0)
async def odd_hints_fall_back_to_backoff(lab: Lab) -> None:
    """Nine Retry-After values that are no use, nine calls each, on 429 and 503; then a good server.

    ``0``, ``-5``, an empty one, ``soon``, ``1.5``, ``1000000000``, ``99999999999999999999``, a past
    date and ``NaN``. None may crash the client, raise a bare exception or make it hang (neither
    tried again nor ended 8 s after the cap in force). The pause before the second attempt has to be
    10 ms at least in the mean, so that "now" is no hot loop; of a client that declares its base,
    here 3 s, the median of the nine has to be 75 ms, so that no busy machine lends a hot loop its
    pauses (full jitter falls short of it for one value in 800,000). The two that mean "now" have to
    be tried again and answered; after a malformed one giving up is an advisory; after the two
    endless ones a clean error is as good. The client runs in processes of its own (``NaN`` apart
    from the others), since a sleeping or broken timer must not spoil other rows. Control: a call
    that meets no fault.
    """
    settings = {"max_attempts": 2, "backoff_base_s": 3.0, "backoff_cap_s": 3.0}
    client, apart = await isolated(lab, **settings), await isolated(lab, **settings)
    await calm(lab, client)
    hit = {name: lab.calls(REPEATS, label=f"Retry-After {name}, call") for name in HINTS}
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
    control = client.start(untouched)
    outcomes = await in_rounds(
        hit,
        lambda name, call: (apart if name == "NaN" else client).start(call, patience_s=patience_s),
        every_s=EVERY_S,
    )

    base_s = client.limit("backoff_base_s")
    for name in HINTS:
        lab.check(unharmed(name, outcomes[name], patience_s))
    for name, calls in hit.items():
        lab.check(*tried_again(lab, name, calls, outcomes[name], base_s))
    lab.check(*spared(lab, untouched, await control))


def hang_s(lab: Lab, client: Client) -> float:
    """After how many seconds a call counts as hanging: what it may wait for, and 8 s.

    It may wait for its backoff cap, or for the longest hint that it declares to obey.
    """
    cap_s = client.limit("backoff_cap_s", UNDECLARED_CAP_S)
    longest_hint_s = client.limit("retry_after_cap_s", 0.0)
    return min(lab.targets.malformed_hint_call_s, max(cap_s, longest_hint_s) + REACTION_S)


def unharmed(name: str, outcomes: Sequence[Outcome], patience_s: float) -> Check:
    """No call with this value crashed, hung or ended in a bare exception."""
    bad = [
        f"no answer within {patience_s:g} s" if outcome.ending == "hung" else told(outcome)
        for outcome in outcomes
        if outcome.kind in UNTYPED
    ]
    advice = f"Ignore a Retry-After that cannot be used ({name}) and back off as usual"
    if name in ENDLESS:
        advice = "Do not sleep for as long as Retry-After says: cap it, or end the call in an error"
    return nothing(
        f"{name}: calls that crashed, hung or ended in a bare exception",
        counted(bad),
        advice=advice,
    )


def tried_again(
    lab: Lab,
    name: str,
    calls: Sequence[Call],
    outcomes: Sequence[Outcome],
    base_s: float | None,
) -> tuple[Check, ...]:
    """How the nine calls with one value go on, with the backoff's base in force."""
    gaps = [gap for call in calls if (gap := second_gap_s(lab, call)) is not None]
    checks = [
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
                sum(has_last_answer(lab, c, o) for c, o in zip(calls, outcomes, strict=True)),
                len(calls),
                advice=f"Try again with the usual backoff after Retry-After {name}",
                miss=Verdict.FAIL if name in USELESS else Verdict.ADVISORY,
            )
        )
    if gaps:
        checks.append(
            at_least(
                f"{name}: typical pause",
                mean(gaps) if base_s is None else median(gaps),
                max(lab.targets.mean_first_gap_s, DECLARED_SHARE * (base_s or 0.0)),
                "s",
                advice=f"Never retry at once: keep the usual backoff after Retry-After {name}",
            )
        )
    return tuple(checks)


LONG_HINT_S = 3600.0
DEADLINE_S = 5.0


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
    await calm(lab, client)
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

    waited, *outcomes = await client.chat_all(
        [short, *hit.values()], deadline_s=deadline_s, patience_s=patience_s
    )
    spent_s = max(outcome.elapsed_s for outcome in (waited, *outcomes))
    watched = tuple(call.token for call in hit.values())
    await lab.late_attempts(watched, within_s=max(1.0, lab.targets.long_hint_watch_s - spent_s))

    lab.check(*gave_up(lab, list(hit.values()), outcomes))
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


def gave_up(lab: Lab, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> tuple[Check, ...]:
    """What the callers learn of the long hint, and when; and what the server sees meanwhile."""
    advice = (
        "Bound the wait that Retry-After may ask for: end the call at once, and tell the hint, "
        "when it asks for more than that or than the caller has"
    )
    ended = [o for o in outcomes if o.ending != "hung"]
    early = [
        f"{call.label}: {attempt.gap_s or 0:.2f} s after attempt {attempt.number - 1}"
        for call in calls
        for attempt in lab.attempts(call)[1:]
    ]
    seen = (
        equal(
            "calls that reached the server",
            sum(bool(lab.attempts(call)) for call in calls),
            len(calls),
            advice="Send the call",
        ),
        nothing(
            "attempts before the hint was over",
            early,
            advice="Never shorten a Retry-After into an earlier retry: wait for it or give up",
        ),
        nothing(
            "calls whose callers still wait",
            [
                f"{call.label}: no word within {outcome.elapsed_s:.0f} s"
                for call, outcome in zip(calls, outcomes, strict=True)
                if outcome not in ended
            ],
            advice=advice,
        ),
    )
    return (*seen, *told_of_the_hint(lab, ended, advice)) if ended else seen


def told_of_the_hint(lab: Lab, ended: Sequence[Outcome], advice: str) -> tuple[Check, ...]:
    """How the calls ended that did: soon, in a typed error, with the hint in it."""
    hints = [rounded_s(o.error.retry_after_s) if o.error else None for o in ended]
    return (
        nothing(
            "calls that ended without a typed error",
            counted(told(o) for o in ended if o.error is None or o.kind in UNTYPED),
            advice=advice,
        ),
        at_most(
            "time until the callers knew",
            max(outcome.elapsed_s for outcome in ended),
            lab.allow(lab.targets.long_hint_error_s),
            "s",
            advice=advice,
            miss=Verdict.ADVISORY,
            timing=True,
        ),
        equal(
            "hints in the errors",
            hints,
            [LONG_HINT_S] * len(ended),
            advice="Let the error tell how long the server asked to wait",
            miss=Verdict.FAIL if set(hints) - {None, LONG_HINT_S} else Verdict.ADVISORY,
        ),
    )


def rounded_s(hint_s: float | None) -> float | None:
    """A hint to the minute: whether the seconds that have passed are subtracted is a choice."""
    return None if hint_s is None else round(hint_s / 60.0) * 60.0
