"""FALL rows: the next target answers when the first one cannot, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import spared, told
from scenarios.checks import at_most, equal, holds
from scenarios.evidence import hands_out
from scenarios.lab import CHAT_MODEL, FALLBACK_MODEL
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

CLAIMS_OF_A_FALLBACK = ("fallback_model", "fallback_provider")

DEADLINE_S = 8.0
MAX_ATTEMPTS = 2
UNDECLARED_ATTEMPTS = 10


async def client_with_fallback(lab: Lab) -> Client:
    """A client whose primary model is ember and whose fallback is blaze.

    Blaze is asked at the same address or, by a client that claims other providers only, at another.
    """
    lab.must_set("fallback_models")
    fallback: dict[str, Any] = {"fallback_models": [FALLBACK_MODEL]}
    if "fallback_model" not in lab.claims:
        backup = await lab.another_sandbox("backup")
        fallback = {"fallbacks": [lab.address(backup, model=FALLBACK_MODEL)]}
    return await lab.open(
        **fallback,
        max_attempts=MAX_ATTEMPTS,
        backoff_base_s=0.05,
        backoff_cap_s=0.2,
        timeout_s=1.5,
    )


def by_model(lab: Lab, call: Call) -> tuple[tuple[Attempt, ...], tuple[Attempt, ...]]:
    """A call's attempts with the primary model, and with the fallback."""
    attempts = [a for sandbox in lab.sandboxes.values() for a in lab.attempts(call, sandbox)]
    return (
        tuple(a for a in attempts if a.model != FALLBACK_MODEL),
        tuple(a for a in attempts if a.model == FALLBACK_MODEL),
    )


def answered_by_fallback(lab: Lab, name: str, call: Call, outcome: Outcome) -> Check:
    """The caller got the answer to the last attempt at the fallback."""
    _, fallback = by_model(lab, call)
    return holds(
        name,
        bool(fallback) and hands_out(outcome, fallback[-1]),
        told(outcome),
        "ok, with the fallback's canary",
        advice="Ask the next target when the primary keeps failing",
    )


@scenario("FALL-001", needs_any=CLAIMS_OF_A_FALLBACK)
async def the_next_target_answers_in_time(lab: Lab) -> None:
    """The primary model answers 503, is silent, breaks off its answer, or its stream at once.

    The stream is reset in one call and ends cleanly in another, with not one piece in it.
    The fallback model's answer has to come back inside the deadline of 8 s; without a claim to
    deadlines later is an advisory. The primary is tried once at least and as often as the client
    may at most. Control: a call that meets no fault never reaches the fallback.
    """
    client = await client_with_fallback(lab)
    faults: dict[str, PlannedRule] = {
        "503": fault("status", status=503),
        "cut answer": fault("cut_body", after_bytes=40, how="rst"),
    }
    promised = "deadline" in lab.claims
    if promised or "timeout_s" in lab.limits:
        faults["silence"] = fault("hold")
    else:
        lab.note("The client bounds no silence by a limit or deadline; none was tried.")
    if "streaming" in lab.claims:
        faults["cut stream"] = fault("cut_stream", after_chunks=0, how="rst")
        faults["empty stream"] = fault("cut_stream", after_chunks=0, how="clean")
    calls = {name: lab.call(label=name, stream="stream" in name) for name in faults}
    unhurt = lab.call(label="control: no fault")
    lab.plan(*(rule.on(calls[name]).model("*ember*") for name, rule in faults.items()))

    *outcomes, untouched = await client.chat_all(
        [*calls.values(), unhurt],
        deadline_s=DEADLINE_S if promised else None,
        patience_s=DEADLINE_S + 5.0,
    )

    most = client.limit("max_attempts", UNDECLARED_ATTEMPTS)
    for (name, call), outcome in zip(calls.items(), outcomes, strict=True):
        primary, _ = by_model(lab, call)
        lab.check(
            answered_by_fallback(lab, f"{name}: the answer is the fallback's", call, outcome),
            holds(
                f"{name}: attempts on the primary",
                1 <= len(primary) <= most,
                len(primary),
                f"1 to {most:g}",
                advice="Try the primary max_attempts times, no more",
            ),
            at_most(
                f"{name}: time to the answer",
                outcome.elapsed_s,
                DEADLINE_S,
                "s",
                tolerance=lab.allow(lab.targets.reaction_s),
                advice="Leave the fallback enough of the deadline",
                miss=Verdict.FAIL if promised else Verdict.ADVISORY,
                timing=True,
            ),
        )
    lab.check(*spared(lab, unhurt, untouched), fallback_left_alone(lab, "control", unhurt))


def fallback_left_alone(lab: Lab, name: str, call: Call) -> Check:
    """No attempt at the fallback."""
    return equal(
        f"{name}: attempts on the fallback",
        len(by_model(lab, call)[1]),
        0,
        advice="Leave the fallback alone while the primary is healthy",
    )


@scenario("FALL-002", needs_any=CLAIMS_OF_A_FALLBACK)
async def a_callers_mistake_stays_with_the_primary(lab: Lab) -> None:
    """The primary model answers 400 and 401: nothing that another target could mend.

    No fallback may be asked and the error has to be the original one. Control: a 503 of the same
    client does reach the fallback.
    """
    client = await client_with_fallback(lab)
    mistakes = {status: lab.call(label=str(status)) for status in (400, 401)}
    outage = lab.call(label="control: 503")
    lab.plan(
        *(fault("status", status=s).on(call).model("*ember*") for s, call in mistakes.items()),
        fault("status", status=503).on(outage).model("*ember*"),
    )

    *outcomes, control = await client.chat_all([*mistakes.values(), outage])

    for (status, call), outcome in zip(mistakes.items(), outcomes, strict=True):
        primary, fallback = by_model(lab, call)
        lab.check(
            equal(
                f"{status}: attempts on the fallback",
                len(fallback),
                0,
                advice=f"Do not ask the next target after a {status}: the request is at fault",
            ),
            equal(f"{status}: attempts on the primary", len(primary), 1, advice="Ask once"),
            equal(
                f"{status}: status of the error",
                outcome.error.status if outcome.error else told(outcome),
                status,
                advice="Hand out the primary's error",
            ),
        )
    lab.check(answered_by_fallback(lab, "control: a 503 reaches the fallback", outage, control))


@scenario("FALL-006", needs_any=CLAIMS_OF_A_FALLBACK)
async def the_answer_names_its_model(lab: Lab) -> None:
    """The primary model answers 503 and the fallback answers.

    The answer has to name the fallback model and to be marked degraded. Control: a healthy answer
    of the primary names the primary and is not degraded.
    """
    client = await client_with_fallback(lab)
    call, unhurt = lab.call(label="503"), lab.call(label="control: no fault")
    lab.plan(fault("status", status=503).on(call).model("*ember*"))

    outcome, control = await client.chat_all([call, unhurt])

    given, healthy = outcome.answer, control.answer
    lab.check(
        equal(
            "model of the answer",
            given.model if given else told(outcome),
            FALLBACK_MODEL,
            advice="Name the model that answered, not the one that was asked for",
        ),
        equal(
            "degraded",
            given.degraded if given else told(outcome),
            True,
            advice="Mark an answer of a fallback as degraded",
        ),
        answered_by_fallback(lab, "the answer is the fallback's", call, outcome),
        equal(
            "control: model of a healthy answer",
            healthy.model if healthy else told(control),
            CHAT_MODEL,
            advice="Name the model that answered",
        ),
        holds(
            "control: a healthy answer is not degraded",
            healthy is not None and not healthy.degraded,
            healthy.degraded if healthy else told(control),
            False,
            advice="Mark only answers of a fallback as degraded",
        ),
        *spared(lab, unhurt, control),
    )
