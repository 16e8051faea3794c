"""RATE rows: what a Retry-After hint means, in each of its spellings."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import all_answered, spared
from scenarios.catalogue.pacing import calm, in_rounds
from scenarios.checks import at_most, not_early
from scenarios.plans import fault
from scenarios.registry import scenario
from scenarios.tolerances import LATE_FLOOR_S, late_tolerance_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

HINT_S = 2.0
DATE_IN_S = 3.0
DATE_FORMS = ("imf", "rfc850", "asctime")
PATIENCE_S = 15.0
"""A hint, a pause of one's own on top of it, and time to spare."""

EVERY_S = 0.1
UNHINTED_S = 1.0
"""Without a hint, and with a base of 50 ms, no pause should come near the hinted ones."""


@scenario("RATE-001", needs=("retry", "retry_after"))
async def seconds_are_a_floor(lab: Lab) -> None:
    """Three calls meet 429 and three 503, each with ``Retry-After: 2`` once, then a healthy server.

    The client's own backoff is set to 50 ms, so that a second attempt 2 s later shows that the hint
    was read. Earlier than 2 s by more than 50 ms fails; later by more than 20 % in the median is an
    advisory. Each call ends with the second answer. Controls: a 503 without a hint is retried
    sooner, and a call that meets no fault arrives once; a client that sleeps before everything
    fails there.
    """
    hit = {
        f"{status}": lab.calls(3, label=f"{status} with Retry-After: 2, call")
        for status in (429, 503)
    }
    rules = {
        name: fault("status", status=int(name), retry_after="2").on_attempts(1) for name in hit
    }
    outcomes = await meet_hints(lab, hit, rules)

    for name, calls in hit.items():
        advice = f"Wait for Retry-After before trying again after {name}"
        lab.check(
            *all_answered(lab, name, calls, outcomes[name], attempts=2, advice=advice),
            *waited(lab, name, calls, floor_s=HINT_S, ceiling_s=HINT_S, advice=advice),
        )


@scenario("RATE-002", needs=("retry", "retry_after"))
async def dates_are_understood(lab: Lab) -> None:
    """Three calls for each form of HTTP-date meet 503 with a Retry-After 3 s ahead, once.

    The forms are ``Sun, 06 Nov 1994 08:49:37 GMT`` and the two obsolete ones that a recipient must
    accept (RFC 9110 section 5.6.7): ``Sunday, 06-Nov-94 08:49:37 GMT`` and ``Sun Nov  6 08:49:37
    1994``, which is UTC too. Dates have whole seconds, so the pause has to be 2 s at least, less
    50 ms. The client's own backoff is set to 50 ms and cannot reach that. Each call ends with the
    second answer. Controls: a 503 without a hint is retried sooner, and a call that meets no fault
    arrives once.
    """
    hit = {form: lab.calls(3, label=f"{form} date 3 s ahead, call") for form in DATE_FORMS}
    rules = {
        form: fault(
            "status", status=503, retry_after_date={"form": form, "in_s": DATE_IN_S}
        ).on_attempts(1)
        for form in hit
    }
    outcomes = await meet_hints(lab, hit, rules)

    resolution_s = lab.targets.date_resolution_s
    for form, calls in hit.items():
        advice = f"Read a Retry-After date in the {form} form (RFC 9110 section 5.6.7), as UTC"
        lab.check(
            *all_answered(lab, form, calls, outcomes[form], attempts=2, advice=advice),
            *waited(
                lab,
                form,
                calls,
                floor_s=DATE_IN_S - resolution_s,
                ceiling_s=DATE_IN_S + resolution_s,
                advice=advice,
            ),
        )


async def meet_hints(
    lab: Lab, hit: Mapping[str, Sequence[Call]], rules: Mapping[str, PlannedRule]
) -> dict[str, list[Outcome]]:
    """Make the calls of every name, each under the rule of that name.

    The controls are made and checked here: a 503 without a hint, and a call that meets no fault.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=5.0)
    await calm(lab, client)
    bare = lab.call(label="control: 503 without a hint")
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(rules[name].on(call) for name, calls in hit.items() for call in calls),
        fault("status", status=503).on(bare).on_attempts(1),
    )
    control, unhinted = (client.start(call, patience_s=PATIENCE_S) for call in (untouched, bare))
    outcomes = await in_rounds(
        hit, lambda _, call: client.start(call, patience_s=PATIENCE_S), every_s=EVERY_S
    )
    await unhinted
    lab.check(
        at_most(
            "control: pause without a hint",
            second_gap_s(lab, bare),
            UNHINTED_S,
            "s",
            advice="Without a hint wait for your own backoff only",
            miss=Verdict.ADVISORY,
            timing=True,
        ),
        *spared(lab, untouched, await control),
    )
    return outcomes


def waited(
    lab: Lab, name: str, calls: Sequence[Call], *, floor_s: float, ceiling_s: float, advice: str
) -> tuple[Check, Check]:
    """The pauses before the second attempts: none too short, and the typical one not too long."""
    gaps = [gap for call in calls if (gap := second_gap_s(lab, call)) is not None]
    return (
        not_early(f"{name}: shortest pause", min(gaps, default=None), floor_s, advice=advice),
        at_most(
            f"{name}: median pause, at most",
            median(gaps) if gaps else None,
            ceiling_s,
            "s",
            tolerance=max(late_tolerance_s(ceiling_s), lab.allow(LATE_FLOOR_S, typical=True)),
            advice="Try again when the wait that was asked for is over",
            miss=Verdict.ADVISORY,
            timing=True,
        ),
    )


def second_gap_s(lab: Lab, call: Call) -> float | None:
    """The pause before the second attempt of a call; None when there was none."""
    attempts = lab.attempts(call)
    return attempts[1].gap_s if len(attempts) > 1 else None
