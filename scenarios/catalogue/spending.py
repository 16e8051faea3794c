"""COST rows: a budget is kept before the wire, and a spent one is not argued with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.checks import at_least, at_most, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

TINY_BUDGET = {"limit": 0.2, "period_s": 3600.0, "alert_share": 0.8}
AMPLE_BUDGET = {"limit": 1_000_000.0, "period_s": 3600.0, "alert_share": 0.8}
MOST_CALLS = 40


@scenario("COST-002", needs=("budget_guard",))
async def a_call_over_budget_never_leaves(lab: Lab) -> None:
    """Calls one after another against a client-side budget of 0.2, until one is refused.

    From the first refusal on nothing may arrive, and each refusal has to be typed and immediate.
    The budget is in the unit of the client's own prices, which may be too small for even one call.
    Control: the same client with an ample budget refuses nothing.
    """
    client = await lab.open(budget=TINY_BUDGET, max_attempts=1)
    ample = await lab.open(budget=AMPLE_BUDGET, max_attempts=1)
    told: list[tuple[Call, Outcome]] = []
    while len(told) < MOST_CALLS and not (told and told[-1][1].error):
        call = lab.call(label=f"call {len(told) + 1}")
        told.append((call, await client.chat(call)))
    refused = lab.calls(3, label="over budget")
    outcomes = [await client.chat(call) for call in refused]
    control = await ample.chat_all(lab.calls(5, label="control: ample budget"))

    advice = "Refuse a call that the budget cannot pay for before it is sent"
    last = told[-1][1]
    lab.check(
        equal(f"a call is refused within {MOST_CALLS}", last.kind, "budget_exhausted"),
        nothing(
            "calls over budget that arrived",
            [call.label for call in refused if lab.attempts(call)],
            advice=advice,
        ),
        equal(
            "kinds of the refusals",
            sorted({outcome.kind for outcome in outcomes}),
            ["budget_exhausted"],
            advice="Give a call over budget an error of its own kind",
        ),
        at_most(
            "slowest refusal",
            max(outcome.elapsed_s for outcome in outcomes),
            lab.allow(lab.targets.budget_refusal_s),
            "s",
            advice="Refuse at once; nothing has to be asked",
            timing=True,
        ),
        nothing(
            "control: calls refused with an ample budget",
            [outcome.kind for outcome in control if not outcome.ok],
            advice="Refuse only what the budget cannot pay for",
        ),
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
                advice="Do not try again when the budget is spent: only a person or a new period "
                "can mend it; the answer's code is budget_exceeded",
            ),
            holds(
                f"{spelling}: kind of the error",
                outcome.kind == "budget_exhausted",
                outcome.kind,
                "budget_exhausted",
                advice="Tell a spent budget from a rate limit",
            ),
        )
    lab.check(
        equal("control: outcome after a rate limit", control.kind, "ok"),
        at_least("control: attempts", len(lab.attempts(limited)), 2 if retries else 1),
    )
