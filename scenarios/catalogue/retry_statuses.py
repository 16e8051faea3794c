"""RETRY rows on statuses: which are final, and what an unknown one means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import (
    UNTYPED,
    answered,
    since_arrival_s,
    spared,
    told,
    typed_error,
)
from scenarios.catalogue.pacing import calm
from scenarios.catalogue.replies import chat_reply
from scenarios.checks import at_most, equal, holds, within
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

PERMANENT = (400, 401, 403, 404, 405, 409, 410, 413, 415, 422)
UNLESS_DECLARED = 409
"""The row lets a client declare that it resends this one; the protocol has no word for it yet."""

OWN_TEXT = "Jibu lenye hali 299"


@scenario("RETRY-004")
async def permanent_errors_are_not_resent(lab: Lab) -> None:
    """Ten calls meet 400, 401, 403, 404, 405, 409, 410, 413, 415 and 422, each for ever.

    Each has to arrive exactly once and to end within a second in an error that carries the status
    (409, which the row lets a client declare to be resent, is an advisory).
    The client may make three attempts and is watched for a further second. A client that streams
    makes a streamed call as well, which meets 401: an empty success in place of the error is an
    advisory here and a failure in ERR-001. Control: a call that meets no fault arrives once and is
    answered, so that refusing everything is no way to pass.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.4)
    await calm(lab, client)
    hit = {status: lab.call(label=f"always {status}") for status in PERMANENT}
    untouched = lab.call(label="control: no fault")
    streamed = [lab.call(label="always 401, streamed", stream=True)]
    if "streaming" not in lab.claims:
        streamed.clear()
    lab.plan(
        *(fault("status", status=status).on(call) for status, call in hit.items()),
        *(fault("status", status=401).on(call) for call in streamed),
    )

    control, *outcomes = await client.chat_all([untouched, *hit.values(), *streamed])
    await lab.late_attempts(tuple(call.token for call in (*hit.values(), *streamed)), within_s=1.0)

    for (status, call), outcome in zip(hit.items(), outcomes, strict=False):
        lab.check(
            equal(
                f"{status}: attempts on the wire",
                len(lab.attempts(call)),
                1,
                advice=f"Send a request that met {status} once: the same request meets it again",
                miss=Verdict.ADVISORY if status == UNLESS_DECLARED else Verdict.FAIL,
            ),
            typed_error(f"{status}", outcome, advice=f"Tell the caller of {status} as an error"),
            *told_status(status, outcome),
        )
    for call, outcome in zip(streamed, outcomes[len(hit) :], strict=True):
        lab.check(*streamed_refusal(lab, call, outcome))
    took_s = [since_arrival_s(lab, c, o) for c, o in zip(hit.values(), outcomes, strict=False)]
    lab.check(
        at_most(
            "slowest of the errors",
            None if None in took_s else max(s for s in took_s if s is not None),
            lab.allow(lab.targets.permanent_error_s),
            "s",
            advice="Tell a permanent error at once",
            timing=True,
        ),
        *spared(lab, untouched, control),
    )


def streamed_refusal(lab: Lab, call: Call, outcome: Outcome) -> tuple[Check, Check]:
    """A refused stream arrives once, and its caller learns of the refusal."""
    return (
        equal(
            "401, streamed: attempts on the wire",
            len(lab.attempts(call)),
            1,
            advice="Send a request that met 401 once: the same request meets it again",
        ),
        holds(
            "401, streamed: outcome",
            outcome.error is not None and outcome.kind not in UNTYPED,
            told(outcome),
            "a typed error",
            advice="Look at the status before handing out the result of a streamed call",
            miss=Verdict.ADVISORY,
        ),
    )


def told_status(status: int, outcome: Outcome) -> tuple[Check, ...]:
    """The status that the error carries: another one fails, none at all is an advisory."""
    if outcome.error is None:
        return ()
    said = outcome.error.status
    return (
        equal(
            f"{status}: status in the error",
            said,
            status,
            advice="Let the error carry the status of the answer",
            miss=Verdict.ADVISORY if said is None else Verdict.FAIL,
        ),
    )


@dataclass(frozen=True, slots=True)
class Unknown:
    """A status that no list names, and how its class has to be treated."""

    status: int
    attempts: int
    advice: str


SERVER_SIDE = (
    Unknown(
        529, 2, "Treat 529 as 500: an unknown status is the x00 of its class (RFC 9110 section 15)"
    ),
    Unknown(
        599, 2, "Treat 599 as 500: an unknown status is the x00 of its class (RFC 9110 section 15)"
    ),
)
CLIENT_SIDE = Unknown(
    471, 1, "Treat 471 as 400: an unknown status is the x00 of its class (RFC 9110 section 15)"
)
SUCCESS = Unknown(
    299, 1, "Treat 299 as 200: an unknown status is the x00 of its class (RFC 9110 section 15)"
)
BEYOND = Unknown(800, 3, "Treat a status outside 100 to 599 as a server error")


@scenario("RETRY-010", needs=("retry",))
async def unknown_statuses_go_by_their_class(lab: Lab) -> None:
    """Five calls meet statuses that no list names: 529, 599, 471, 299 and 800.

    529 and 599 are met once, before a healthy server: two arrivals, and the second answer, known by
    its canary. 471 for ever is one arrival and an error. 299 comes with a chat answer of our own:
    one arrival, and that very text. 800 for ever is an error after as many arrivals as are allowed.
    None may crash the client or hang. Control: a call that meets no fault arrives once.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.4)
    passing = {case: lab.call(label=f"{case.status}, then healthy") for case in SERVER_SIDE}
    final = lab.call(label="always 471")
    good = lab.call(label="299 with an answer")
    odd = lab.call(label="always 800")
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(fault("status", status=u.status).on(c).on_attempts(1) for u, c in passing.items()),
        fault("status", status=471).on(final),
        fault("status", status=299, body=chat_reply(OWN_TEXT)).on(good),
        fault("status", status=800).on(odd),
    )

    control, refused, accepted, strange, *outcomes = await client.chat_all(
        [untouched, final, good, odd, *passing.values()]
    )
    await lab.late_attempts((final.token, good.token), within_s=0.5)

    for (case, call), outcome in zip(passing.items(), outcomes, strict=True):
        lab.check(
            *answered(lab, f"{case.status}", call, outcome, attempts=2, advice=case.advice),
        )
    lab.check(
        equal("471: attempts on the wire", len(lab.attempts(final)), 1, advice=CLIENT_SIDE.advice),
        typed_error("471", refused, advice=CLIENT_SIDE.advice),
        equal("299: attempts on the wire", len(lab.attempts(good)), 1, advice=SUCCESS.advice),
        holds(
            "299: its answer is handed out",
            accepted.ok and OWN_TEXT in accepted.text,
            accepted.text if accepted.ok else accepted.kind,
            OWN_TEXT,
            advice=SUCCESS.advice,
        ),
        within(
            "800: attempts on the wire",
            len(lab.attempts(odd)),
            1,
            int(client.limit("max_attempts", BEYOND.attempts)),
            advice=BEYOND.advice,
        ),
        typed_error("800", strange, advice=BEYOND.advice),
        *spared(lab, untouched, control),
    )
