"""RETRY rows: what is tried again, how often, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.checks import equal, holds, one_of
from scenarios.evidence import hands_out
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.lab import Lab


@scenario("RETRY-001", needs=("retry",))
async def transient_server_errors_are_retried(lab: Lab) -> None:
    """Four calls side by side meet 500, 502, 503 and 504, twice each, and then a healthy server.

    Each has to arrive exactly three times and to end with the third answer, known by its canary.
    Control: a fifth call meets no fault and must arrive once. A client that declares fewer than
    three attempts meets one fault less than it makes attempts.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.5)
    faults = min(2, int(client.limit("max_attempts", 3)) - 1)
    hit = {status: lab.call(label=f"{status} then healthy") for status in (500, 502, 503, 504)}
    spared = lab.call(label="no fault")
    lab.plan(
        *(
            fault("status", status=status).on(call).on_attempts(1, faults).needs(faults)
            for status, call in hit.items()
        )
    )

    *outcomes, untouched = await client.chat_all([*hit.values(), spared])

    for (status, call), outcome in zip(hit.items(), outcomes, strict=True):
        attempts = lab.attempts(call)
        lab.check(
            equal(
                f"{status}: attempts on the wire",
                len(attempts),
                faults + 1,
                advice=f"Try a call that met {status} again until it succeeds, and then stop",
            ),
            holds(
                f"{status}: the call hands out the last answer",
                bool(attempts) and hands_out(outcome, attempts[-1]),
                outcome.kind,
                "ok, with the canary of the last attempt",
                advice=f"Hand out the answer that came after {status}",
            ),
        )
        if outcome.answer is not None:
            lab.check(
                one_of(
                    f"{status}: attempts reported",
                    outcome.answer.attempts,
                    (None, faults + 1),
                    advice="Report as many attempts as were made, or none",
                )
            )
    lab.check(
        equal(
            "no fault: attempts on the wire",
            len(lab.attempts(spared)),
            1,
            advice="Send a call that succeeds once only",
        ),
        equal("no fault: outcome", untouched.kind, "ok", advice="Hand out a healthy answer"),
    )
