"""ERR rows: what an error tells its caller, and that kinds can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import spared, typed_error
from scenarios.checks import at_least, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.clients.protocol import ClientError, Outcome
    from scenarios.lab import Lab

TITLE = "The model is being restarted"
CODE = "model_restarting"


@scenario("ERR-001")
async def the_error_tells_status_code_and_message(lab: Lab) -> None:
    """A call meets 503 for ever, told as ``application/problem+json`` (RFC 9457).

    A client that streams makes a streamed call too; its error has to be an error, not an empty
    text. The final error, after two attempts, has to carry status 503, the machine-readable code
    ``model_restarting`` as a field, and the title in its message. Title and code are words that no
    client could make up. Control: a call that meets no fault is answered.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=0.2)
    hit = {"call": lab.call(label="problem+json")}
    if "streaming" in lab.claims:
        hit["streamed call"] = lab.call(label="problem+json, streamed", stream=True)
    untouched = lab.call(label="control: no fault")
    lab.plan(
        *(
            fault("problem_json", status=503, title=TITLE, code=CODE).on(call)
            for call in hit.values()
        )
    )

    control, *outcomes = await client.chat_all([untouched, *hit.values()])

    told = list(zip(hit.items(), outcomes, strict=True))
    for (name, call), outcome in told:
        lab.check(*ends_in_error(lab, name, call, outcome))
    for (name, _), outcome in told:
        if outcome.error is not None:
            lab.check(*tells_whole(name, outcome.error))
    lab.check(*spared(lab, untouched, control))


def ends_in_error(lab: Lab, name: str, call: Call, outcome: Outcome) -> tuple[Check, Check]:
    """The call reached the server, and its caller got an error and no success."""
    return (
        at_least(
            f"{name}: attempts on the wire", len(lab.attempts(call)), 1, advice="Send the call"
        ),
        typed_error(
            name, outcome, advice=f"Look at the status before handing out the result of a {name}"
        ),
    )


def tells_whole(name: str, error: ClientError) -> tuple[Check, ...]:
    """The three parts of the problem document that the error has to carry."""
    advice = (
        "Read error bodies of type application/problem+json too (RFC 9457; Pawa's documents show "
        f"no error body), and let the error of a {name} carry its"
    )
    return (
        equal(f"{name}: status", error.status, 503, advice=f"{advice} status"),
        equal(f"{name}: code", error.code, CODE, advice=f"{advice} code"),
        holds(
            f"{name}: message",
            TITLE in error.message,
            error.message,
            f"a message with {TITLE!r}",
            advice=f"{advice} title",
        ),
    )


@scenario("ERR-002")
async def the_error_carries_the_request_id(lab: Lab) -> None:
    """A call meets 503 for ever, three attempts; every answer has an ``X-Request-Id`` of its own.

    The final error has to carry the id of the last attempt, as the journal has it; that it carries
    all three is better, and less an advisory. The ids are random, so that none can be guessed.
    Control: a call that meets no fault is answered.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.2)
    hit = lab.call(label="always 503")
    untouched = lab.call(label="control: no fault")
    lab.plan(fault("status", status=503).on(hit))

    control, outcome = await client.chat_all([untouched, hit])

    sent = [attempt.request_id for attempt in lab.attempts(hit)]
    error = outcome.error
    told = list(error.request_ids) if error else []
    if error is not None and error.request_id is not None and error.request_id not in told:
        told.append(error.request_id)
    advice = (
        "Keep the id of each answer and let the error carry it, since support will ask for it "
        "(this server sends X-Request-Id; Pawa's documents name no header)"
    )
    lab.check(
        typed_error("call", outcome, advice="End in an error when attempts run out"),
        holds(
            "request id of the last attempt",
            bool(sent) and sent[-1] in told,
            told,
            sent[-1:],
            advice=advice,
        ),
        holds(
            "request ids of all attempts",
            bool(sent) and set(sent) <= set(told),
            told,
            sent,
            advice="Keep the request ids of the earlier attempts too",
            miss=Verdict.ADVISORY,
        ),
        nothing(
            "request ids that the server never sent",
            [name for name in told if name not in sent],
            advice="Tell no request id but the server's",
        ),
        *spared(lab, untouched, control),
    )
