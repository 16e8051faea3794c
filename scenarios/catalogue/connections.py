"""CONN rows: connections that are reset, and bodies that are cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import UNTYPED, answered, spared, told
from scenarios.catalogue.replies import padded_reply
from scenarios.checks import equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

OWN_TEXT = "Jibu zima kutoka kwa seva"
PADDED_LENGTH = 10_000
CUT_AT = 5_000
TRIALS = 10


@scenario("CONN-002", needs=("retry",))
async def a_reset_before_the_answer_is_retried(lab: Lab) -> None:
    """Connections are reset (RST) or closed (FIN) in place of the first answer; then a good server.

    Each ending meets a call on a fresh connection, and one of a client that has just made a good
    call, so that its connection may come from the pool. Each call has to arrive exactly twice, over
    two connections, and to end with the second answer, known by its canary. Control: the good calls
    before.
    """
    endings = ("rst_before_headers", "close_before_headers")
    fresh = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.4)
    calls, clients, warm = {}, {}, {}
    for kind in endings:
        name = kind.replace("_", " ")
        calls[name] = lab.call(label=f"{name}, fresh connection")
        clients[name] = fresh
        pooled = f"{name}, pooled"
        calls[pooled] = lab.call(label=f"{name}, pooled connection")
        clients[pooled] = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.4)
        warm[pooled] = lab.call(label=f"control: before {name}")
    lab.plan(
        *(
            fault("_".join(name.split(",")[0].split())).on(call).on_attempts(1)
            for name, call in calls.items()
        )
    )

    warming = {name: clients[name].start(call) for name, call in warm.items()}
    before = {name: await one for name, one in warming.items()}
    running = {name: clients[name].start(call) for name, call in calls.items()}
    outcomes = {name: await one for name, one in running.items()}

    for name, call in warm.items():
        lab.check(*spared(lab, call, before[name], name=f"control: before {name}"))
    for name, call in calls.items():
        lab.check(*tried_on_another(lab, name, call, outcomes[name]))


def tried_on_another(lab: Lab, name: str, call: Call, outcome: Outcome) -> tuple[Check, ...]:
    """The call was tried again, once, on a connection of its own, and answered."""
    connections = [attempt.connection for attempt in lab.attempts(call)]
    return (
        *answered(
            lab,
            name,
            call,
            outcome,
            attempts=2,
            advice="Treat a connection that ends before the answer as transient: try again",
        ),
        equal(
            f"{name}: connections used",
            len(set(connections)),
            2,
            advice="Open another connection for the next attempt",
        ),
    )


async def no_success_from(lab: Lab, rule: PlannedRule, uncut: PlannedRule, *, advice: str) -> None:
    """Ten calls get a reply that is cut: none may be a success. One gets the same reply uncut.

    The reply is a whole JSON document and then spaces, or all of it without an end, so that what
    arrives is valid JSON and only the way in which the body ended tells that something is missing.
    """
    client = await lab.open(max_attempts=1, timeout_s=10.0)
    cut = lab.calls(TRIALS, label="cut call")
    whole = lab.call(label="control: the same reply, not cut")
    lab.plan(*(rule.on(call) for call in cut), uncut.on(whole))

    control, *outcomes = await client.chat_all([whole, *cut])

    named = list(zip(cut, outcomes, strict=True))
    lab.check(
        equal(
            "control: cut calls that arrived",
            sum(bool(lab.attempts(call)) for call in cut),
            TRIALS,
            advice="Send the call",
        ),
        holds(
            "control: the same reply, not cut",
            control.ok and OWN_TEXT in control.text and len(lab.attempts(whole)) == 1,
            control.text if control.ok else told(control),
            OWN_TEXT,
            advice="Hand out a whole reply, trailing white space or not",
        ),
        nothing(
            "cut replies handed out as answers",
            [call.label for call, outcome in named if outcome.ok],
            advice=advice,
        ),
        nothing(
            "cut replies that crashed the client or made it hang",
            [f"{c.label}: {o.kind}" for c, o in named if o.ending in {"crashed", "hung"}],
            advice=advice,
        ),
        nothing(
            "cut replies that ended in a bare exception",
            [f"{c.label}: {told(o)}" for c, o in named if o.kind in UNTYPED],
            advice="Raise an error of your own that a caller can catch",
            miss=Verdict.ADVISORY,
        ),
    )


def padded() -> PlannedRule:
    """A reply with a Content-Length of 10,000: the document, and then spaces."""
    body = padded_reply(OWN_TEXT, PADDED_LENGTH)
    return fault("status", status=200, body=body)


@scenario("CONN-004")
async def a_reset_in_the_body_is_an_error(lab: Lab) -> None:
    """Ten replies promise 10,000 bytes and are reset after 5,000, which hold a whole JSON document.

    The other half of the reply would be spaces. A client that parses what it has got sees a perfect
    answer: it has to see the reset instead. No success of ten (RFC 9112 section 8). Control: the
    same reply, not cut, is handed out.
    """
    await no_success_from(
        lab,
        padded().also("cut_body", after_bytes=CUT_AT, how="rst"),
        padded(),
        advice="Treat a connection that is reset in the body as an error (RFC 9112 section 8)",
    )


@scenario("CONN-005")
async def a_short_body_is_an_error(lab: Lab) -> None:
    """Ten replies promise 10,000 bytes and end after 5,000, which hold a whole JSON document.

    As CONN-004, with a clean close (FIN) in place of the reset: only Content-Length tells that half
    of the reply is missing. No success of ten (RFC 9112 section 8). Control: the same reply, not
    cut, is handed out.
    """
    await no_success_from(
        lab,
        padded().also("cut_body", after_bytes=CUT_AT, how="short_content_length"),
        padded(),
        advice="Compare the bytes read with Content-Length; fewer are an error "
        "(RFC 9112 section 8)",
    )


@scenario("CONN-006")
async def a_missing_final_chunk_is_an_error(lab: Lab) -> None:
    """Ten chunked replies carry every byte of the document and lack the final, empty chunk.

    The connection is closed after the last byte. The text is whole, as it happens; the client
    cannot know, and has to report an error. No success of ten (RFC 9112 section 8). Control: the
    same reply with a Content-Length is handed out.
    """
    await no_success_from(
        lab,
        padded().also("cut_body", after_bytes=PADDED_LENGTH, how="no_final_chunk"),
        padded(),
        advice="Treat a chunked body without its final chunk as an error (RFC 9112 section 8)",
    )
