"""TIME rows on silence: a server that says nothing, and a stream that goes quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import all_typed, answered
from scenarios.catalogue.pacing import calm
from scenarios.checks import at_least, at_most, equal, not_early, nothing, within
from scenarios.evidence import NS_PER_S
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab

SLOW_S = 0.5
"""An answer or a piece this late has to be waited for, by a client whose limit is 2 s."""

TIMEOUTS = frozenset({"timeout", "deadline_exceeded"})


@scenario("TIME-002", patience_s=300.0)
async def a_silent_server_is_abandoned(lab: Lab) -> None:
    """Calls reach a server that takes the request and says nothing, or sends a head and no body.

    A client that streams meets the silence with a streamed call too. With a limit of 2 s for an
    attempt, the client has to close the connection within 3 s of the request's arrival and to tell
    its caller within 2.25 s, in a typed timeout. A client that declares no timeout has 120 s.
    Controls: an answer that is half a second late is waited for and handed out, and no call ends
    before its limit, so that giving up at once is no way to pass.
    """
    client = await lab.open(timeout_s=2.0, idle_timeout_s=2.0, max_attempts=1)
    await calm(lab, client)
    limit_s = client.limit("timeout_s", lab.targets.response_limit_s)
    hit = {
        "silence": (fault("hold"), lab.call(label="silence for ever")),
        "head, then silence": (
            fault("silence_after_headers"),
            lab.call(label="a head, then silence for ever"),
        ),
    }
    if "streaming" in lab.claims:
        hit["streamed call, silence"] = (
            fault("hold"),
            lab.call(label="streamed call, silence for ever", stream=True),
        )
    late = lab.call(label="control: an answer half a second late")
    lab.plan(
        *(rule.on(call) for rule, call in hit.values()), fault("hold", seconds=SLOW_S).on(late)
    )

    waited, *outcomes = await client.chat_all(
        [late, *(call for _, call in hit.values())], patience_s=patience_s(client, limit_s)
    )
    await lab.settled(tuple(call.token for _, call in hit.values()), timeout_s=3.0)

    for (name, (_, call)), outcome in zip(hit.items(), outcomes, strict=True):
        lab.check(*abandoned(lab, name, call, outcome, limit_s))
    silent = [call for _, call in hit.values()]
    advice = "Wait for an answer as long as the limit allows"
    lab.check(
        *all_typed("silence", silent, outcomes, exact=TIMEOUTS, advice="Raise a timeout error"),
        *answered(lab, "control: late answer", late, waited, attempts=1, advice=advice),
    )
    if client.limit("timeout_s") is not None:
        quickest_s = min(outcome.elapsed_s for outcome in outcomes)
        lab.check(not_early("control: limit used", quickest_s, limit_s, advice=advice))


def patience_s(client: Client, limit_s: float) -> float:
    """How long a call may take before it counts as hanging: its attempts, and 5 s."""
    attempts = client.limit("max_attempts", 1.0)
    return min(250.0, attempts * (limit_s + 2.0) + 5.0)


def abandoned(
    lab: Lab, name: str, call: Call, outcome: Outcome, limit_s: float
) -> tuple[Check, ...]:
    """One silent answer: when the server saw the client leave, and what the caller was told when.

    Both times run from the arrival of the attempt, which comes after the client has set its timer,
    so that they are never longer than what the client took.
    """
    advice = "Give a silent attempt up at its time limit, close its connection, and tell the caller"
    attempts = lab.attempts(call)
    left_s = [left_after_s(attempt) for attempt in attempts]
    return (
        at_least(f"{name}: attempts on the wire", len(attempts), 1, advice="Send the call"),
        at_most(
            f"{name}: connection closed after",
            None if None in left_s else max((s for s in left_s if s is not None), default=None),
            limit_s,
            "s",
            tolerance=lab.allow(lab.targets.socket_close_s),
            advice=advice,
            timing=True,
        ),
        at_most(
            f"{name}: caller told after",
            outcome.ended_s - attempts[-1].start_s if attempts and outcome.error else None,
            limit_s,
            "s",
            tolerance=lab.allow(lab.targets.reaction_s),
            advice=advice,
            timing=True,
        ),
    )


def left_after_s(attempt: Attempt) -> float | None:
    """Seconds from an attempt's first byte until the client closed on it; None while it has not."""
    if attempt.client_left_ns is None:
        return None
    return (attempt.client_left_ns - attempt.start_ns) / NS_PER_S


@scenario("TIME-003", needs=("streaming",), patience_s=300.0)
async def a_quiet_stream_is_cut(lab: Lab) -> None:
    """Three streams send 20 pieces and then nothing more, with the connection left open.

    The limit is the idle limit (2 s) where the client declares one, else its timeout for an attempt
    (5 s). A client that declares an idle limit has to close the connection within 250 ms of it,
    counted from the last byte; another one within three times its timeout, or 120 s if it declares
    none. The call ends in an error, since the text is not whole; losing the pieces that had arrived
    is an advisory. Control: a stream that pauses for half a second is read to its end.
    """
    client = await lab.open(timeout_s=5.0, idle_timeout_s=2.0, max_attempts=1)
    await calm(lab, client)
    idle_s = client.limit("idle_timeout_s")
    timeout_s = client.limit("timeout_s")
    limit_s = idle_s or timeout_s or lab.targets.idle_limit_s / lab.targets.idle_limit_factor
    quiet = lab.calls(3, label="quiet call", stream=True)
    pausing = lab.call(label="control: a pause, then the rest", stream=True)
    lab.plan(
        *(fault("stall", after_chunks=20).on(call) for call in quiet),
        fault("stall", after_chunks=20, seconds=min(SLOW_S, limit_s / 2)).on(pausing),
    )

    patience = lab.targets.idle_limit_factor * limit_s + 5.0
    control, *outcomes = await client.chat_all([pausing, *quiet], patience_s=patience)
    await lab.settled(tuple(call.token for call in quiet), timeout_s=3.0)

    sent = [lab.attempts(call)[-1:] for call in quiet]
    lab.check(
        equal(
            "pieces sent before the silence",
            [len(attempt.chunk_times_ns) for last in sent for attempt in last],
            [20] * len(quiet),
            advice="Send the call, and read the stream as it comes",
        ),
        idle_ended(lab, quiet, limit_s, declared=idle_s is not None),
        *incomplete(lab, quiet, outcomes),
    )
    advice = "Read on while pieces come within the idle limit"
    lab.check(*answered(lab, "control: a pause", pausing, control, attempts=1, advice=advice))


def idle_ended(lab: Lab, calls: Sequence[Call], limit_s: float, *, declared: bool) -> Check:
    """How long after the last byte the client closed the connections of quiet streams: the worst.

    The worst is the longest, unless one was closed too early.
    """
    advice = "Cut a stream that has been quiet for the idle limit"
    seen = [quiet_for_s(lab.attempts(call)) for call in calls]
    quiet_s = [after_s for after_s in seen if after_s is not None]
    reaction_s = lab.targets.reaction_s
    longest_s = max(quiet_s, default=None) if None not in seen else None
    label = "connection closed after the last byte"
    if not declared:
        most_s = lab.targets.idle_limit_factor * limit_s
        return at_most(label, longest_s, most_s, "s", advice=advice, timing=True)
    early_s = [after_s for after_s in quiet_s if after_s < limit_s - reaction_s]
    return within(
        label,
        min(early_s, default=longest_s),
        limit_s - reaction_s,
        limit_s + lab.allow(reaction_s),
        "s",
        advice=advice,
        timing=True,
    )


def quiet_for_s(attempts: tuple[Attempt, ...]) -> float | None:
    """From the last byte sent in the last attempt until the client closed on it, in seconds."""
    if not attempts or attempts[-1].client_left_ns is None:
        return None
    last_ns = attempts[-1].last_byte_out_ns
    return None if last_ns is None else (attempts[-1].client_left_ns - last_ns) / NS_PER_S


def incomplete(lab: Lab, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> tuple[Check, ...]:
    """The callers learn that the text is not whole, and keep what there was of it."""
    attempts = [lab.attempts(call) for call in calls]
    lost = [
        f"{call.label}: {len(outcome.text)} characters"
        for call, made, outcome in zip(calls, attempts, outcomes, strict=True)
        if not made or made[-1].canary is None or made[-1].canary not in outcome.text
    ]
    return (
        *all_typed(
            "quiet streams",
            calls,
            outcomes,
            exact=TIMEOUTS | {"stream_interrupted"},
            advice="End a stream that went quiet in an error that says so: its text is not whole",
        ),
        nothing(
            "quiet streams whose partial text is lost",
            lost,
            advice="Keep the pieces that had arrived and hand them out with the error",
            miss=Verdict.ADVISORY,
        ),
    )
