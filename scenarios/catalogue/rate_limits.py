"""RATE rows: what a Retry-After hint means, in each of its spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import answered, spared
from scenarios.checks import at_most, not_early, not_late
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.lab import Lab

HINT_S = 2.0
DATE_IN_S = 3.0
UNHINTED_S = 1.0
"""Without a hint, and with a base of 50 ms, no pause should come near the hinted ones."""


def second_gap_s(lab: Lab, call: Call) -> float | None:
    """The pause before the second attempt of a call; None when there was none."""
    attempts = lab.attempts(call)
    return attempts[1].gap_s if len(attempts) > 1 else None


def without_hint(lab: Lab, call: Call) -> Check:
    """The control of a floor: the same failure without the hint is retried sooner."""
    return at_most(
        "control: pause without a hint",
        second_gap_s(lab, call),
        UNHINTED_S,
        "s",
        advice="Without a hint wait for your own backoff only",
        miss=Verdict.ADVISORY,
        timing=True,
    )


@scenario("RATE-001", needs=("retry", "retry_after"))
async def seconds_are_a_floor(lab: Lab) -> None:
    """Three calls meet 429 and three 503, each with ``Retry-After: 2`` once, then a healthy server.

    The client's own backoff is set to 50 ms, so that a second attempt 2 s later shows that the hint
    was read. Earlier than 2 s by more than 50 ms fails; later by more than 20 % is an advisory.
    Each call ends with the second answer. Controls: a 503 without a hint is retried sooner, and a
    call that meets no fault arrives once; a client that sleeps before everything fails there.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=5.0)
    hit = {
        f"{status}, call {number}": lab.call(label=f"{status} with Retry-After: 2, call {number}")
        for status in (429, 503)
        for number in (1, 2, 3)
    }
    bare = lab.call(label="control: 503 without a hint")
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(
            fault("status", status=int(name[:3]), retry_after="2").on(call).on_attempts(1)
            for name, call in hit.items()
        ),
        fault("status", status=503).on(bare).on_attempts(1),
    )

    control, _, *outcomes = await client.chat_all([untouched, bare, *hit.values()])

    for (name, call), outcome in zip(hit.items(), outcomes, strict=True):
        advice = f"Wait for Retry-After before trying again after {name[:3]}"
        gap_s = second_gap_s(lab, call)
        lab.check(
            *answered(lab, name, call, outcome, attempts=2, advice=advice),
            not_early(f"{name}: pause", gap_s, HINT_S, advice=advice),
            not_late(f"{name}: pause, at most", gap_s, HINT_S, advice="Try again when it is over"),
        )
    lab.check(without_hint(lab, bare), *spared(lab, untouched, control))


@scenario("RATE-002", needs=("retry", "retry_after"))
async def dates_are_understood(lab: Lab) -> None:
    """Two calls for each form of HTTP-date meet 503 with a Retry-After 3 s ahead, once.

    The forms are ``Sun, 06 Nov 1994 08:49:37 GMT`` and the two obsolete ones that a recipient must
    accept (RFC 9110 section 5.6.7): ``Sunday, 06-Nov-94 08:49:37 GMT`` and ``Sun Nov  6 08:49:37
    1994``, which is UTC too. Dates have whole seconds, so the pause has to be 2 s at least, less
    50 ms. The client's own backoff is set to 50 ms and cannot reach that. Each call ends with the
    second answer. Controls: a 503 without a hint is retried sooner, and a call that meets no fault
    arrives once.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=5.0)
    hit = {
        f"{form}, call {number}": lab.call(label=f"{form} date 3 s ahead, call {number}")
        for form in ("imf", "rfc850", "asctime")
        for number in (1, 2)
    }
    bare = lab.call(label="control: 503 without a hint")
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(
            fault(
                "status",
                status=503,
                retry_after_date={"form": name.split(",")[0], "in_s": DATE_IN_S},
            )
            .on(call)
            .on_attempts(1)
            for name, call in hit.items()
        ),
        fault("status", status=503).on(bare).on_attempts(1),
    )

    control, _, *outcomes = await client.chat_all([untouched, bare, *hit.values()])

    floor_s = DATE_IN_S - lab.targets.date_resolution_s
    for (name, call), outcome in zip(hit.items(), outcomes, strict=True):
        form = form_of(name)
        advice = f"Read a Retry-After date in the {form} form (RFC 9110 section 5.6.7), as UTC"
        gap_s = second_gap_s(lab, call)
        ceiling_s = DATE_IN_S + lab.targets.date_resolution_s
        lab.check(
            *answered(lab, name, call, outcome, attempts=2, advice=advice),
            not_early(f"{name}: pause", gap_s, floor_s, advice=advice),
            not_late(f"{name}: pause, at most", gap_s, ceiling_s, advice="Try again then"),
        )
    lab.check(without_hint(lab, bare), *spared(lab, untouched, control))


def form_of(name: str) -> str:
    """The form of date in the name of a call (``asctime, call 2``)."""
    return name.partition(",")[0]
