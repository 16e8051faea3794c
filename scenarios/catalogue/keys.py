"""KEY rows: where the API key may be seen, and what happens without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Verdict
from scenarios.checks import equal, holds, nothing, one_of
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

DECLARED_PLACE = "header:authorization"


@scenario("KEY-001")
async def the_key_travels_in_its_header_only(lab: Lab) -> None:
    """Chat, a stream where claimed, an embedding, and a retried call, each with a canary key.

    The raw requests are scanned for the key as it is, URL-encoded and in base64: it may stand in
    ``Authorization`` only. Control: there it does stand, in every request.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=0.1)
    calls = [lab.call(label="chat"), lab.call(label="chat, tried again")]
    if "streaming" in lab.claims:
        calls.append(lab.call(label="stream", stream=True))
    tokens, sentences = lab.sentences(2)
    if "retry" in lab.claims:
        lab.plan(fault("status", status=503).on(calls[1]).on_attempts(1))

    await client.chat_all(calls)
    await client.embed(sentences, tokens=tokens, label="embedding")

    exchanges = lab.exchanges()
    places = [(exchange.path, exchange.secrets_at) for exchange in exchanges]
    lab.check(
        holds(
            "requests seen",
            len(exchanges) >= len(calls),
            len(exchanges),
            f"at least {len(calls)}",
            advice="Send the calls",
        ),
        nothing(
            "places of the key other than the Authorization header",
            sorted({place for _, seen in places for place in seen if place != DECLARED_PLACE}),
            advice="Send the key in the Authorization header only: URLs and bodies are logged",
        ),
        nothing(
            "control: requests without the key in their Authorization header",
            [path for path, seen in places if DECLARED_PLACE not in seen],
            advice="Send `Authorization: Bearer <key>` with every request",
        ),
    )


ECHOING = {
    "400": {"status": 400},
    "401": {"status": 401},
    "403": {"status": 403},
    "429": {"status": 429},
    "503": {"status": 503},
}


@scenario("KEY-011", last=True, own_process=True)
async def the_key_never_reaches_a_log_or_an_error(lab: Lab) -> None:
    """In a process of its own with debug logging on: errors whose bodies echo the request's key.

    The statuses are 400, 401, 403, 429 and 503, as Pawa's envelope and as HTML, then a connection
    reset and a healthy call. Everything that the client wrote and handed out, here and in the whole
    run, is scanned for every canary key: raw, URL-encoded, base64, hex, and any 12 characters in a
    row. Controls: the calls arrived, and each error is an error.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=0.1)
    echo = f"Authorization: Bearer {lab.sandbox.key}"
    envelope = {"success": False, "message": f"Bad header {echo}", "data": None}
    page = f"<html><body><h1>Error</h1><pre>{echo}</pre></body></html>"
    calls = {
        f"{name}, {kind}": lab.call(label=f"{name}, {kind}")
        for name in ECHOING
        for kind in ("envelope", "page")
    }
    reset = lab.call(label="reset")
    lab.plan(
        *(
            fault("status", status=ECHOING[name.split(",")[0]]["status"], body=body).on(call)
            for name, call in calls.items()
            for body in [envelope if name.endswith("envelope") else page]
        ),
        fault("rst_before_headers").on(reset),
    )

    outcomes = await client.chat_all([*calls.values(), reset, lab.call(label="healthy")])

    told = dict(zip([*calls, "reset", "healthy"], outcomes, strict=True))
    leaks = [leak for name, o in told.items() for leak in lab.scan(all_text(o), f"error of {name}")]
    lab.check(
        nothing(
            "keys in what the client handed out",
            leaks,
            advice="Scrub the key from error texts, also where the server has echoed it",
        ),
        nothing(
            "keys in what the client wrote",
            lab.scan(lab.client_output(), "stderr"),
            advice="Never log the Authorization header or a text that may hold the key",
        ),
        nothing(
            "control: calls that never arrived",
            [name for name, call in calls.items() if not lab.attempts(call)],
        ),
        nothing(
            "control: errors handed out as answers",
            [name for name in calls if told[name].ok],
        ),
        equal("control: a healthy call", told["healthy"].kind, "ok"),
    )


def all_text(outcome: Outcome) -> str:
    """Everything in an outcome that a person could read or log."""
    return repr((outcome.answer, outcome.error, outcome.deltas, outcome.detail))


@scenario("KEY-016")
async def without_a_key_nothing_is_sent(lab: Lab) -> None:
    """Two instances are opened, one with an empty key and one with none, and asked to chat.

    Nothing may arrive, and the call has to end in a typed error. Control: with the key the same
    call is answered.
    """
    keyed = await lab.open(max_attempts=1)
    control = await keyed.chat(lab.call(label="control: with the key"))
    for name, key in (("empty key", ""), ("no key", None)):
        client = await lab.open(api_key=key, max_attempts=1)
        call = lab.call(label=name)
        outcome = await client.chat(call)
        advice = "Check the key when the client is made, and say that it is missing"
        lab.check(
            equal(f"{name}: arrivals", len(lab.attempts(call)), 0, advice=advice),
            holds(
                f"{name}: outcome",
                outcome.error is not None and outcome.kind != "internal",
                outcome.kind,
                "a typed error",
                advice=advice,
            ),
            one_of(
                f"{name}: kind of the error",
                outcome.kind,
                ("config",),
                advice="Give a missing key an error of its own kind: no server has refused it",
                miss=Verdict.ADVISORY,
            ),
        )
    lab.check(equal("control: with the key", control.kind, "ok"))
