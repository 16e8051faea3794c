"""COST rows: a budget is kept before the wire, and a spent one is not argued with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scenarios.catalogue.outcomes import all_answered, answered, told
from scenarios.catalogue.pacing import calm
from scenarios.checks import at_most, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

AMPLE = 1_000_000.0
TINY = 1e-6
"""In any currency: less than a call costs."""

MOST_CALLS = 10
REFUSE = "Refuse a call that the budget cannot pay for before it is sent"


@scenario("COST-002", needs=("budget_guard",))
async def a_call_over_budget_never_leaves(lab: Lab) -> None:
    """A budget of one and a half calls, by the client's own price: calls until one is refused.

    That one may not have reached the server, nor any after it, and each refusal has to be typed and
    immediate. A client that does not tell what a call costs gets a budget too small for any.
    Control: with an ample budget the same client refuses nothing.
    """
    lab.must_set("budget")
    ample = await lab.open(budget=budget(AMPLE), max_attempts=1)
    await calm(lab, ample)
    priced = await ample.chat(lab.call(label="what a call costs"))
    cost = priced.answer.cost if priced.answer else None
    client = await lab.open(budget=budget(1.5 * cost if cost else TINY), max_attempts=1)
    first = await until_refused(lab, client)
    since_s = time.monotonic()
    later = lab.calls(3, label="over budget")
    refused = [*first, *[(call, await client.chat(call)) for call in later]]
    spared_calls = lab.calls(5, label="control: ample budget")
    control = await ample.chat_all(spared_calls)

    lab.check(
        holds(
            "a call is refused",
            bool(first),
            "a refusal" if first else f"{MOST_CALLS} calls let through",
            "a refusal",
            advice=REFUSE,
        ),
        nothing(
            "calls over budget that arrived",
            [call.label for call, _ in refused if lab.attempts(call)],
            advice=REFUSE,
        ),
        equal(
            "kinds of the refusals",
            sorted({told(outcome) for _, outcome in refused}),
            ["budget_exhausted"],
            advice="Give a call over budget an error of its own kind",
        ),
        at_most(
            "slowest refusal",
            max(outcome.elapsed_s for _, outcome in refused[len(first) :]),
            lab.allow(lab.targets.budget_refusal_s, since_s=since_s),
            "s",
            advice="Refuse at once; nothing has to be asked",
            timing=True,
        ),
        *all_answered(
            lab,
            "control: ample budget",
            spared_calls,
            control,
            attempts=1,
            advice="Refuse only what the budget cannot pay for",
        ),
    )


def budget(limit: float) -> dict[str, float]:
    """The setting, for an hour."""
    return {"limit": limit, "period_s": 3600.0, "alert_share": 0.8}


async def until_refused(lab: Lab, client: Client) -> list[tuple[Call, Outcome]]:
    """Calls until one fails: that one, or nothing when so many do not."""
    for number in range(1, MOST_CALLS + 1):
        call = lab.call(label=f"call {number}")
        outcome = await client.chat(call)
        if not outcome.ok:
            return [(call, outcome)]
    return []


ASK_NO_MORE = (
    "Do not try again when the answer's code is budget_exceeded: only a person or a new period can "
    "mend that (Pawa's documents give a spent budget no status; this server says 429 and 402, as "
    "gateways do)"
)


@scenario("COST-007")
async def a_spent_budget_is_not_retried(lab: Lab) -> None:
    """The server says that the budget is spent: as 429 with a budget message and code, and as 402.

    One arrival each, and an error that says budget or quota. Control, for a client that retries: a
    429 of a rate limit is tried again and succeeds.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.2)
    calls = {spelling: lab.call(label=f"budget as {spelling}") for spelling in (429, 402)}
    limited = lab.call(label="control: rate limit")
    retries = "retry" in lab.claims
    rules = [
        fault("budget_exhausted", spelling=spelling).on(call) for spelling, call in calls.items()
    ]
    if retries:
        rules.append(fault("status", status=429).on(limited).on_attempts(1))
    lab.plan(*rules)

    *outcomes, control = await client.chat_all([*calls.values(), limited])

    for (spelling, call), outcome in zip(calls.items(), outcomes, strict=True):
        lab.check(
            equal(
                f"{spelling}: attempts on the wire",
                len(lab.attempts(call)),
                1,
                advice=ASK_NO_MORE,
            ),
            equal(
                f"{spelling}: kind of the error",
                told(outcome),
                "budget_exhausted",
                advice="Tell a spent budget from a rate limit",
            ),
        )
    lab.check(
        *answered(
            lab,
            "control: a rate limit" if retries else "control: no fault",
            limited,
            control,
            attempts=2 if retries else 1,
            advice="Try again after a rate limit" if retries else "Hand out a healthy answer",
        )
    )
