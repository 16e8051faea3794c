"""LAT rows: what keeps an answer short, and how soon its first piece is there."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from reports.results import Verdict
from scenarios.checks import at_most, equal, nothing
from scenarios.evidence import hands_out
from scenarios.lab import FALLBACK_MODEL
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab

STOP = ["KOMA", "MWISHO"]


@scenario("LAT-001")
async def what_bounds_the_answer_reaches_the_wire(lab: Lab) -> None:
    """Twenty calls ask for 7 to 26 tokens and two stop sequences; the first attempt meets 503.

    ``max_tokens`` and ``stop`` must be in the body of every attempt, unchanged, and, for a client
    that claims a fallback model, in the body that the fallback gets. The answer may not be longer
    than was asked for. Control: two calls that ask for nothing must not carry the fields.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.2)
    asked = [lab.call(label=f"max_tokens {n}", max_tokens=n, stop=STOP) for n in range(7, 27)]
    bare = lab.calls(2, label="control: nothing asked")
    retries = "retry" in lab.claims
    if retries:
        lab.plan(*(fault("status", status=503).on(call).on_attempts(1) for call in asked))

    outcomes = await client.chat_all([*asked, *bare])

    told = list(zip(asked, outcomes, strict=False))
    attempts = {call.token: lab.attempts(call) for call in asked}
    lab.check(
        equal(
            "attempts on the wire",
            sum(len(found) for found in attempts.values()),
            40 if retries else 20,
            advice="Send each call, and send it again after a 503",
        ),
        nothing(
            "attempts that lost what was asked for",
            [d for call in asked for d in differences(call, attempts[call.token])],
            advice="Send max_tokens and stop unchanged on every attempt",
        ),
        nothing(
            "answers longer than asked for",
            [c.label for c, o in told if o.ok and len(o.text.split()) > c.request["max_tokens"]],
            advice="Hand out the answer to this very request",
        ),
        nothing(
            "calls that did not end well",
            [f"{c.label}: {o.kind}" for c, o in told if not o.ok],
            advice="Hand out a healthy answer",
        ),
        nothing(
            "control: fields that nobody asked for",
            [name for call in bare for a in lab.attempts(call) for name in fields_of(a)],
            advice="Do not set max_tokens or stop on the caller's behalf",
            miss=Verdict.ADVISORY,
        ),
        equal("control: calls that arrived", sum(bool(lab.attempts(c)) for c in bare), 2),
    )
    if "fallback_model" in lab.claims:
        await on_the_fallback(lab)


async def on_the_fallback(lab: Lab) -> None:
    """The primary model stays at 503; the fallback model must get what was asked for."""
    client: Client = await lab.open(
        max_attempts=2,
        backoff_base_s=0.05,
        backoff_cap_s=0.1,
        fallback_models=[FALLBACK_MODEL],
    )
    call = lab.call(label="on the fallback", max_tokens=9, stop=STOP)
    lab.plan(fault("status", status=503).on(call).model("*ember*"))

    outcome = await client.chat(call)

    reached = tuple(a for a in lab.attempts(call) if a.model == FALLBACK_MODEL)
    lab.check(
        equal(
            "fallback: the answer is the fallback's",
            bool(reached) and hands_out(outcome, reached[-1]),
            True,
            advice="Ask the fallback model when the primary one keeps failing",
        ),
        nothing(
            "fallback: attempts that lost what was asked for",
            differences(call, reached),
            advice="Send max_tokens and stop unchanged to the fallback too",
        ),
    )


def fields_of(attempt: Attempt) -> dict[str, Any]:
    """The bounding fields in the body of an attempt."""
    body = attempt.body_json
    fields = body if isinstance(body, dict) else {}
    return {name: fields[name] for name in ("max_tokens", "stop") if fields.get(name) is not None}


def differences(call: Call, attempts: tuple[Attempt, ...]) -> list[str]:
    """What an attempt's body says otherwise than the caller; one line each."""
    wanted = {name: call.request[name] for name in ("max_tokens", "stop")}
    return [
        f"{call.label}, attempt {attempt.number}: {fields_of(attempt)}"
        for attempt in attempts
        if fields_of(attempt) != wanted
    ]


@scenario("LAT-002", needs=("streaming",))
async def the_first_piece_is_early(lab: Lab) -> None:
    """Five streams: the first piece after 100 ms, then twenty pieces 100 ms apart.

    The first piece has to reach the caller when it arrives; a first piece at or after the last one
    was sent is the failure that the row is about. Control: the text is whole.
    """
    words = " ".join(f"neno{number}" for number in range(1, 21))
    lab.shape(replies={"text": words, "canary": False}, stream={"chunks": 20})
    client = await lab.open(max_attempts=1, timeout_s=15.0, idle_timeout_s=10.0)
    calls = lab.calls(5, label="stream", stream=True)
    lab.plan(
        *(
            fault("slow_first_token", seconds=0.1).also("pace", interval_s=0.1).on(call)
            for call in calls
        )
    )

    outcomes = await client.chat_all(calls)

    lags: list[float] = []
    late: list[str] = []
    for call, outcome in zip(calls, outcomes, strict=True):
        sent = [at for a in lab.attempts(call)[:1] for at in a.chunk_times_s]
        first = next((delta.at_s for delta in outcome.deltas if delta.text), None)
        if first is None or len(sent) < 20 or first >= sent[19]:
            late.append(call.label)
        else:
            lags.append(first - sent[0])
    advice = "Hand out the first piece of a stream when it arrives, not when the stream is over"
    lab.check(
        nothing(
            "control: texts that are not whole",
            [c.label for c, o in zip(calls, outcomes, strict=True) if o.text != words],
            advice="Hand out the text of a healthy stream",
        ),
        nothing("streams whose first piece came after the last was sent", late, advice=advice),
        at_most(
            "median lag of the first piece",
            median(lags) if lags else None,
            lab.allow(lab.targets.first_delta_lag_s),
            "s",
            advice=advice,
            miss=Verdict.ADVISORY if lags else Verdict.FAIL,
            timing=True,
        ),
    )
