"""RETRY-012: what a retry carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.catalogue.outcomes import told
from scenarios.checks import at_least, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.results import Check
    from scenarios.clients.protocol import Outcome
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab

FIVE_MB = 5 * 1024 * 1024
MANY_SCRIPTS = "Bei ni €20 kwa 豆腐 safi 👍🏾 — naïve 'quoted' \"text\" \\ na zaidi. " * 8


@scenario("RETRY-012", needs=("retry",), own_process=True)
async def every_attempt_carries_the_same_bytes(lab: Lab) -> None:
    """Chat calls of 1 KB, of 5 MB and in many scripts, and an embedding call, meet 503 once.

    The two attempts of each must have the same SHA-256 of the body as read off the wire, a
    Content-Length that is the number of bytes read, the same query, and the prompt that was asked
    for. A body that was used up by the first attempt loses its call token with the prompt, so any
    request without a known token is a failure too. Each call ends well. Control: the server reads
    all of the 5 MB. The client has a process of its own, which 5 MB keep busy for a while. Bodies
    from files, generators and multipart forms do not exist in version 1 of the client protocol and
    are not tested.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=0.05, backoff_cap_s=0.2, timeout_s=20.0)
    chats = {
        "1 KB": lab.call("k" * 1024, label="1 KB"),
        "5 MB": lab.call("m" * FIVE_MB, label="5 MB"),
        "many scripts": lab.call(MANY_SCRIPTS, label="many scripts"),
    }
    tokens, sentences = lab.sentences(3)
    lab.plan(
        *(fault("status", status=503).on(call).on_attempts(1) for call in chats.values()),
        fault("status", status=503).on(tokens[0]).on_attempts(1).optional(),
    )

    embedding = client.embed(sentences, tokens=tokens, label="embedding")
    running = [client.start(call, patience_s=40.0) for call in chats.values()]
    vectors = await embedding
    outcomes = [await one for one in running]

    known = dict.fromkeys(tokens, "embedding")
    for (name, call), outcome in zip(chats.items(), outcomes, strict=True):
        prompt = call.request["messages"][-1]["content"]
        attempts = lab.attempts(call)
        known[call.token] = name
        lab.check(*replayed(name, attempts, outcome))
        if name != "5 MB":
            lab.check(prompts_arrive(name, attempts, prompt))
    if vectors.kind == "unsupported":
        lab.note("the client has no embedding calls; only its chat calls were judged")
    else:
        lab.check(*replayed("embedding", lab.attempts(tuple(tokens)), vectors))
    lab.check(
        at_least(
            "control: bytes read of the 5 MB",
            max((a.body_length for a in lab.attempts(chats["5 MB"])), default=0),
            FIVE_MB,
            "bytes",
            advice="Send the whole body",
        ),
        nothing(
            "requests whose body lost the prompt",
            [
                f"{exchange.body_length} bytes to {exchange.path}"
                for exchange in lab.exchanges()
                if known.keys().isdisjoint(exchange.tokens)
            ],
            advice="Keep the body for the next attempt: do not use it up in the first",
        ),
    )


def replayed(name: str, attempts: Sequence[Attempt], outcome: Outcome) -> tuple[Check, ...]:
    """Both attempts of a call carried the same bytes, and the second one was answered."""
    advice = "Send the same bytes again, with their own length"
    lengths = [
        f"attempt {a.number}: {a.content_length} declared, {a.body_length} read"
        for a in attempts
        if a.content_length is not None and a.content_length != a.body_length
    ]
    return (
        equal(f"{name}: attempts on the wire", len(attempts), 2, advice=advice),
        equal(
            f"{name}: different bodies",
            len({(a.body_sha256, a.exchange.path, a.exchange.query) for a in attempts}),
            1,
            advice=advice,
        ),
        nothing(f"{name}: wrong lengths", lengths, advice=advice),
        holds(f"{name}: outcome", outcome.ok, told(outcome), "ok", advice=advice),
    )


def prompts_arrive(name: str, attempts: Sequence[Attempt], prompt: str) -> Check:
    """Each attempt's last message says what was asked."""
    return nothing(
        f"{name}: attempts with another prompt",
        [f"attempt {a.number}" for a in attempts if last_prompt(a) != prompt],
        advice="Send the prompt as it was given",
    )


def last_prompt(attempt: Attempt) -> str | None:
    """The text of the last message in the body of an attempt, given as a string or as parts."""
    body = attempt.body_json
    messages = body.get("messages") if isinstance(body, dict) else None
    last = messages[-1] if isinstance(messages, list) and messages else None
    content = last.get("content") if isinstance(last, dict) else None
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else None
