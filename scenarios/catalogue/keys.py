"""KEY rows: where the API key may be seen, and what happens without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Verdict
from scenarios.catalogue.outcomes import UNTYPED, spared, told
from scenarios.checks import equal, holds, nothing, one_of
from scenarios.clients.errors import OperationFailed
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reports.results import Check
    from scenarios.call import Call
    from scenarios.client import Client, Told
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

DECLARED_PLACE = "header:authorization"
SCRUB = (
    "Scrub the key from error texts, also where the server echoes it, as gateways have done "
    "(litellm#8075)"
)


@scenario("KEY-001")
async def the_key_travels_in_its_header_only(lab: Lab) -> None:
    """Chat, a retried call and a stream where claimed, and an embedding where there are any.

    The raw requests (path, query, headers, body) are scanned for the key as it is, URL-encoded and
    in base64: it may stand in ``Authorization`` only. Controls: there it does stand, in every
    request, and every call arrives.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=0.1)
    calls = {"chat": lab.call(label="chat")}
    if "retry" in lab.claims:
        calls["chat, tried again"] = lab.call(label="chat, tried again")
        lab.plan(fault("status", status=503).on(calls["chat, tried again"]).on_attempts(1))
    if "streaming" in lab.claims:
        calls["stream"] = lab.call(label="stream", stream=True)
    tokens, sentences = lab.sentences(2)

    await client.chat_all(calls.values())
    embedding = await client.embed(sentences, tokens=tokens, label="embedding")

    asked: dict[str, Call | tuple[str, ...]] = dict(calls)
    if embedding.ok:
        asked["embedding"] = tuple(tokens)
    exchanges = lab.exchanges()
    lab.check(
        nothing(
            "places of the key other than the Authorization header",
            sorted({at for each in exchanges for at in each.secrets_at if at != DECLARED_PLACE}),
            advice="Send the key in the Authorization header only: URLs and bodies are logged",
        ),
        nothing(
            "control: calls that never arrived",
            [name for name, call in asked.items() if not lab.attempts(call)],
            advice="Send the calls",
        ),
        nothing(
            "control: requests without the key in their Authorization header",
            [each.path for each in exchanges if DECLARED_PLACE not in each.secrets_at],
            advice="Send `Authorization: Bearer <key>` with every request",
        ),
    )


@scenario("KEY-011", last=True, own_process=True)
async def the_key_never_reaches_a_log_or_an_error(lab: Lab) -> None:
    """In a process of its own with debug logging on: answers that echo the request's key.

    400, 401, 403, 429 and 503 as Pawa's envelope and as HTML; ``"success": false`` with status 200;
    an error event in a stream; an embedding call that fails; then a connection reset. All that the
    client handed out and wrote to stderr, here and in the whole run, is scanned for every key of
    the run: raw, URL-encoded, base64, hex, and any 12 characters in a row. Controls: the calls
    arrived, errors are errors, and a healthy call is answered.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=0.1)
    faults = echoes(lab)
    calls = {name: lab.call(label=name, stream="stream" in name) for name in faults}
    healthy = lab.call(label="healthy")
    tokens, sentences = lab.sentences(1)
    lab.plan(
        *(rule.on(calls[name]) for name, rule in faults.items()),
        fault("status", status=400, body=envelope(lab)).on(tokens[0]).optional(),
    )

    *outcomes, answer = await client.chat_all([*calls.values(), healthy])
    await client.embed(sentences, tokens=tokens, label="embedding")
    counters = await telemetry_of(client) if "telemetry" in lab.claims else ""

    by_name = dict(zip(calls, outcomes, strict=True))
    lab.check(
        *leaks(lab, counters),
        nothing(
            "control: calls that never arrived",
            [name for name, call in calls.items() if not lab.attempts(call)],
            advice="Send the calls",
        ),
        nothing(
            "control: refusals handed out as answers",
            [name for name, o in by_name.items() if o.ok and name[:3].isdigit()],
            advice="Look at the status before handing out an answer",
        ),
        *spared(lab, healthy, answer, name="control: a healthy call"),
    )


def envelope(lab: Lab) -> dict[str, object]:
    """Pawa's error body, echoing the header that the key travels in."""
    message = f"Bad header Authorization: Bearer {lab.sandbox.key}"
    return {"success": False, "message": message, "data": None}


def echoes(lab: Lab) -> dict[str, PlannedRule]:
    """Answers that tell the key back, and a reset, by the name of the call that meets each."""
    body = envelope(lab)
    page = f"<html><body><h1>Error</h1><pre>{body['message']}</pre></body></html>"
    headers = {"Content-Type": "text/html"}
    rules: dict[str, PlannedRule] = {}
    for status in (400, 401, 403, 429, 503):
        rules[f"{status} envelope"] = fault("status", status=status, body=body)
        rules[f"{status} page"] = fault("status", status=status, body=page, headers=headers)
    rules["success: false"] = fault("success_false", message=body["message"])
    if "streaming" in lab.claims:
        rules["error event in a stream"] = fault(
            "error_chunk", after_chunks=3, message=body["message"]
        )
    rules["reset"] = fault("rst_before_headers")
    return rules


def leaks(lab: Lab, counters: str) -> tuple[Check, Check, Check]:
    """Keys in what the client handed out here, in the rest of the run, and on its stderr."""
    by_row = lab.told_by_row()
    # What a first run of this row handed out was scanned there; its calls are not in the report.
    by_row.pop(lab.rows[0], None)
    output = lab.client_output()
    lab.note(f"Scanned: {len(by_row) + 1} rows' outcomes, {len(output)} characters of stderr.")
    handed_out = [
        leak for one in lab.told for leak in lab.scan(all_text([one]), f"outcome of {one.label}")
    ]
    return (
        nothing(
            "keys in what the client handed out",
            [*handed_out, *lab.scan(counters, "telemetry")],
            advice=SCRUB,
        ),
        nothing(
            "keys in what the client handed out in other rows",
            [leak for row, each in by_row.items() for leak in lab.scan(all_text(each), row)],
            advice=SCRUB,
        ),
        nothing(
            "keys in what the client wrote",
            lab.scan(output, "stderr"),
            advice="Never log the Authorization header or a text that may hold the key",
        ),
    )


def all_text(told_of: Iterable[Told]) -> str:
    """Everything in some outcomes that a person could read or log."""
    return "\n".join(
        repr((o.answer, o.error, "".join(d.text for d in o.deltas), o.detail))
        for o in (one.outcome for one in told_of)
    )


async def telemetry_of(client: Client) -> str:
    """The client's own counters as text; nothing where it does not give them."""
    try:
        counters: Mapping[str, object] = await client.telemetry()
    except OperationFailed:
        return ""
    return repr(counters)


@scenario("KEY-016")
async def without_a_key_nothing_is_sent(lab: Lab) -> None:
    """Two instances are opened, one with an empty key and one with none, and asked to chat.

    Nothing may arrive, and the call has to end in a typed error: one of configuration, since no
    server has refused anything. Control: with the key the same call is answered.
    """
    lab.must_set("api_key")
    for name, key in (("empty key", ""), ("no key", None)):
        client = await lab.open(api_key=key, max_attempts=1)
        call = lab.call(label=name)
        outcome = await client.chat(call)
        lab.check(*refused_unsent(lab, name, call, outcome))
    keyed = await lab.open(max_attempts=1)
    call = lab.call(label="control: with the key")
    lab.check(*spared(lab, call, await keyed.chat(call), name=call.label))


def refused_unsent(lab: Lab, name: str, call: Call, outcome: Outcome) -> tuple[Check, ...]:
    """The call ended in a typed error before the wire."""
    advice = "Check the key when the client is made, and say that it is missing"
    return (
        equal(f"{name}: arrivals", len(lab.attempts(call)), 0, advice=advice),
        holds(
            f"{name}: outcome",
            outcome.error is not None and outcome.kind not in UNTYPED,
            told(outcome),
            "a typed error",
            advice=advice,
        ),
        one_of(
            f"{name}: kind of the error",
            told(outcome),
            ("config",),
            advice="Give a missing key an error of its own kind, without a status: no server has "
            "refused it",
            miss=Verdict.ADVISORY,
        ),
    )
