"""Rows on time to the text: what keeps an answer short, and how soon its pieces are there."""

from __future__ import annotations

import time
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import told
from scenarios.catalogue.pacing import calm
from scenarios.checks import at_least, at_most, equal, holds, nothing
from scenarios.errors import NotTestable
from scenarios.evidence import hands_out
from scenarios.lab import FALLBACK_MODEL
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Delta, Outcome
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab

STOP = ["KOMA", "MWISHO"]
CALLS = 20

FAR_TOO_LATE = 3.0
"""A lag of so many times its limit is no lateness any more: the client holds the text back."""

AS_THEY_ARRIVE = "Hand out each event when it arrives; do not read the stream whole first"


@scenario("LAT-001")
async def what_bounds_the_answer_reaches_the_wire(lab: Lab) -> None:
    """Twenty calls ask for 7 to 26 tokens and two stop sequences; the first attempt meets 503.

    ``max_tokens`` and ``stop`` must be in the body of every attempt, unchanged, and, for a client
    that claims a fallback model, in the body that the fallback gets. The answer may not be longer
    than was asked for. A field that the client openly refuses to send is an advisory. Control: two
    calls that ask for nothing must not carry the fields.
    """
    client = await lab.open(max_attempts=3, backoff_base_s=0.05, backoff_cap_s=0.2)
    fields = await sendable(lab, client)
    asked = [
        lab.call(label=f"max_tokens {7 + n}", **bounds(fields, 7 + n, STOP)) for n in range(CALLS)
    ]
    bare = lab.calls(2, label="control: nothing asked")
    retries = "retry" in lab.claims
    if retries:
        lab.plan(*(fault("status", status=503).on(call).on_attempts(1) for call in asked))

    outcomes = await client.chat_all([*asked, *bare])

    attempts = {call.token: lab.attempts(call) for call in asked}
    lab.check(
        nothing(
            "attempts that lost what was asked for",
            [d for call in asked for d in differences(call, attempts[call.token])],
            advice="Send max_tokens and stop unchanged on every attempt",
        ),
        equal(
            "attempts on the wire",
            sum(len(found) for found in attempts.values()),
            2 * CALLS if retries else CALLS,
            advice="Send each call, and send it again after a 503" if retries else "Send each call",
        ),
        *answers_fit(lab, asked, outcomes[:CALLS]),
        nothing(
            "control: fields that nobody asked for",
            [name for call in bare for a in lab.attempts(call) for name in fields_of(a)],
            advice="Do not set max_tokens or stop on the caller's behalf",
            miss=Verdict.ADVISORY,
        ),
        equal("control: calls that arrived", sum(bool(lab.attempts(c)) for c in bare), 2),
    )
    if "fallback_model" in lab.claims:
        await on_the_fallback(lab, fields)


async def sendable(lab: Lab, client: Client) -> tuple[str, ...]:
    """Which of the two fields the client takes at all; the others it refuses as unsupported.

    Raises:
        NotTestable: It takes neither.
    """
    tried = {
        "max_tokens": lab.call(label="max_tokens alone", max_tokens=50),
        "stop": lab.call(label="stop alone", stop=STOP),
    }
    outcomes = await client.chat_all(tried.values())
    refused = [n for n, o in zip(tried, outcomes, strict=True) if o.kind == "unsupported"]
    lab.check(
        nothing(
            "fields that a caller cannot set",
            refused,
            advice="Let a caller bound the answer: max_tokens and stop",
            miss=Verdict.ADVISORY,
        )
    )
    if len(refused) == len(tried):
        raise NotTestable("the client sends neither max_tokens nor stop")
    return tuple(name for name in tried if name not in refused)


def bounds(fields: Sequence[str], max_tokens: int, stop: Sequence[str]) -> dict[str, Any]:
    """The bounding fields of a request, as far as the client takes them."""
    every = {"max_tokens": max_tokens, "stop": list(stop)}
    return {name: every[name] for name in fields}


def answers_fit(lab: Lab, asked: Sequence[Call], outcomes: Sequence[Outcome]) -> tuple[Check, ...]:
    """Each call got the answer to its last attempt, and no longer one than it asked for."""
    named = list(zip(asked, outcomes, strict=True))
    return (
        nothing(
            "answers longer than asked for",
            [
                f"{call.label}: {len(outcome.text.split())} words"
                for call, outcome in named
                if outcome.ok and len(outcome.text.split()) > call.request.get("max_tokens", 1000)
            ],
            advice="Hand out the answer to this very request",
        ),
        nothing(
            "calls without the server's last answer",
            [
                f"{call.label}: {told(outcome)}"
                for call, outcome in named
                if not any(hands_out(outcome, attempt) for attempt in lab.attempts(call)[-1:])
            ],
            advice="Hand out a healthy answer",
        ),
    )


async def on_the_fallback(lab: Lab, fields: Sequence[str]) -> None:
    """The primary model stays at 503; the fallback model must get what was asked for."""
    client = await lab.open(
        max_attempts=2,
        backoff_base_s=0.05,
        backoff_cap_s=0.1,
        fallback_models=[FALLBACK_MODEL],
    )
    call = lab.call(label="on the fallback", **bounds(fields, 9, STOP))
    lab.plan(fault("status", status=503).on(call).model("*ember*"))

    outcome = await client.chat(call)

    reached = tuple(a for a in lab.attempts(call) if a.model == FALLBACK_MODEL)
    lab.check(
        nothing(
            "fallback: attempts that lost what was asked for",
            differences(call, reached),
            advice="Send max_tokens and stop unchanged to the fallback too",
        ),
        holds(
            "fallback: the answer is the fallback's",
            bool(reached) and hands_out(outcome, reached[-1]),
            told(outcome),
            "ok, with the fallback's canary",
            advice="Ask the fallback model when the primary one keeps failing",
        ),
    )


def fields_of(attempt: Attempt) -> dict[str, Any]:
    """The bounding fields in the body of an attempt."""
    body = attempt.body_json
    fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
    return {name: fields[name] for name in ("max_tokens", "stop") if fields.get(name) is not None}


def differences(call: Call, attempts: tuple[Attempt, ...]) -> list[str]:
    """What an attempt's body says otherwise than the caller; one line each."""
    wanted = {name: call.request[name] for name in ("max_tokens", "stop") if name in call.request}
    return [
        f"{call.label}, attempt {attempt.number}: {fields_of(attempt) or 'neither'}"
        for attempt in attempts
        if fields_of(attempt) != wanted
    ]


@scenario("SSE-020", needs=("streaming",))
async def events_reach_the_caller_as_they_arrive(lab: Lab) -> None:
    """Ten events, 300 ms apart; each piece of text has to reach the caller when it arrives.

    An event's lag runs from its write on the server until all its text is with the caller. All text
    at the end is the failure that the row is about, and no load can feign it: not one piece came
    before the last event was sent. A lag within three times its limit may be the machine's and is
    an advisory. Controls: the text is whole, and the server kept its pace.
    """
    words = fresh_words(lab, 10)
    client = await lab.open(max_attempts=1, timeout_s=15.0, idle_timeout_s=10.0)
    await calm(lab, client)
    lab.shape(replies={"text": "".join(words), "canary": False}, stream={"chunk_words": 1})
    call = lab.call(label="an event every 300 ms", stream=True)
    lab.plan(fault("pace", interval_s=0.3).on(call))
    since_s = time.monotonic()

    outcome = await client.chat(call)

    attempts = lab.attempts(call)
    sent = attempts[0].chunk_times_s[: len(words)] if attempts else ()
    got = [delta.at_s for delta in outcome.deltas if delta.text]
    lags = lags_s(words, sent, outcome.deltas)
    lab.check(
        at_least(
            "pieces that came before the last event was sent",
            sum(at_s < sent[-1] for at_s in got) if len(sent) == len(words) else None,
            1,
            "pieces",
            advice=AS_THEY_ARRIVE,
        ),
        at_least(
            "time from the first piece to the last",
            got[-1] - got[0] if got else None,
            1.35,
            "s",
            advice=AS_THEY_ARRIVE,
        ),
        lag(
            "median lag",
            median(lags) if lags else None,
            lab.allow(lab.targets.delta_lag_median_s, since_s=since_s),
            advice=AS_THEY_ARRIVE,
        ),
        lag(
            "longest lag",
            max(lags, default=None),
            lab.allow(lab.targets.delta_lag_max_s, since_s=since_s),
            advice=AS_THEY_ARRIVE,
        ),
        equal("pieces of text", len(got), len(words), advice=AS_THEY_ARRIVE, miss=Verdict.ADVISORY),
        whole(outcome, "".join(words)),
        at_least(
            "control: the server's shortest pause",
            min((b - a for a, b in pairwise(sent)), default=None),
            0.25,
            "s",
        ),
    )


@scenario("LAT-002", needs=("streaming",))
async def the_first_piece_is_early(lab: Lab) -> None:
    """Five streams: the first piece after 100 ms, then twenty pieces 100 ms apart.

    The first piece has to reach the caller when it arrives; one that comes when the last one has
    been sent is the failure that the row is about. A median lag within three times the limit may be
    the machine's and is an advisory. Controls: the texts are whole, and the server took its time.
    """
    words = fresh_words(lab, 20)
    client = await lab.open(max_attempts=1, timeout_s=15.0, idle_timeout_s=10.0)
    await calm(lab, client)
    lab.shape(replies={"text": "".join(words), "canary": False}, stream={"chunk_words": 1})
    calls = lab.calls(5, label="stream", stream=True)
    lab.plan(
        *(
            fault("slow_first_token", seconds=0.1).also("pace", interval_s=0.1).on(call)
            for call in calls
        )
    )
    since_s = time.monotonic()

    outcomes = await client.chat_all(calls)

    firsts = [first_piece(lab, *pair, len(words)) for pair in zip(calls, outcomes, strict=True)]
    lags = [first.lag_s for first in firsts if first.lag_s is not None]
    advice = "Hand out the first piece of a stream when it arrives, not when the stream is over"
    lab.check(
        nothing(
            "streams whose first piece came after the last was sent",
            [first.late for first in firsts if first.late],
            advice=advice,
        ),
        lag(
            "median lag of the first piece",
            median(lags) if lags else None,
            lab.allow(lab.targets.first_delta_lag_s, since_s=since_s),
            advice=advice,
        ),
        nothing(
            "control: texts that are not whole",
            [
                f"{c.label}: {told(o)}"
                for c, o in zip(calls, outcomes, strict=True)
                if o.text != "".join(words)
            ],
            advice="Hand out the text of a healthy stream",
        ),
        at_least(
            "control: time in which the server sent a stream",
            min((first.sending_s for first in firsts), default=None),
            1.5,
            "s",
        ),
    )


@dataclass(frozen=True, slots=True)
class FirstPiece:
    """When the first text of a stream was there; seconds.

    ``lag_s`` runs from its write; ``late`` is empty, or says that all was sent before it came.
    """

    lag_s: float | None
    late: str
    sending_s: float


def first_piece(lab: Lab, call: Call, outcome: Outcome, pieces: int) -> FirstPiece:
    """What the first piece of a stream of so many shows."""
    sent = [at_s for a in lab.attempts(call)[:1] for at_s in a.chunk_times_s[:pieces]]
    sending_s = sent[-1] - sent[0] if sent else 0.0
    first_s = next((delta.at_s for delta in outcome.deltas if delta.text), None)
    lag_s = first_s - sent[0] if first_s is not None and sent else None
    if lag_s is None or len(sent) < pieces:
        seen = f"{len(sent)} of {pieces} pieces sent, {told(outcome)}"
        return FirstPiece(lag_s, f"{call.label}: {seen}", sending_s)
    behind_s = lag_s - sending_s
    late = f"{call.label}: {1000 * behind_s:.0f} ms after the last" if behind_s >= 0 else ""
    return FirstPiece(lag_s, late, sending_s)


def fresh_words(lab: Lab, count: int) -> list[str]:
    """Words that no client knows beforehand, each with the space before it; one is one event."""
    words = [f"neno{lab.rng.randrange(10**6):06d}" for _ in range(count)]
    return [words[0], *(f" {word}" for word in words[1:])]


def lags_s(chunks: Sequence[str], sent_s: Sequence[float], deltas: Sequence[Delta]) -> list[float]:
    """How long after its write each chunk had reached the caller whole, in seconds.

    The caller's pieces may be finer or coarser than chunks; chunks that never arrived are left out.
    """
    arrived = list(accumulate(len(delta.text) for delta in deltas))
    ends = accumulate(len(chunk) for chunk in chunks)
    places = [(bisect_left(arrived, end), at_s) for end, at_s in zip(ends, sent_s, strict=False)]
    return [deltas[place].at_s - at_s for place, at_s in places if place < len(deltas)]


def lag(name: str, measured_s: float | None, limit_s: float, *, advice: str) -> Check:
    """A ceiling for a lag: lateness is an advisory, holding the text back a failure."""
    late = measured_s is not None and measured_s <= FAR_TOO_LATE * limit_s
    return at_most(
        name,
        measured_s,
        limit_s,
        "s",
        advice=advice,
        miss=Verdict.ADVISORY if late else Verdict.FAIL,
        timing=True,
    )


def whole(outcome: Outcome, text: str) -> Check:
    """The control of a stream that no fault cuts: its text is all there."""
    return holds(
        "control: text",
        outcome.ok and outcome.text == text,
        outcome.text if outcome.ok else told(outcome),
        text,
        advice="Hand out the text of a healthy stream",
    )
