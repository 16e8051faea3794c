"""SSE rows on how a stream ends: its marker, its truncation, its errors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import UNTYPED, told
from scenarios.catalogue.pacing import calm
from scenarios.catalogue.streams import (
    SENTENCE,
    STYLES,
    framed,
    same_text,
    shortened,
    whole_text,
)
from scenarios.checks import at_most, equal, holds, nothing
from scenarios.evidence import NS_PER_S
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

SIXTY_WORDS = " ".join(f"neno{number}" for number in range(1, 61))
WHOLE = "control: whole stream"

UNFINISHED = frozenset({"incomplete", "interrupted", "length", "error"})
"""Finish reasons that tell the caller of an answer that it is not whole."""

KEEP_PARTIAL = "Keep the text that had arrived and hand it out with the error"


@scenario("SSE-010", needs=("streaming",))
async def the_marker_ends_the_call(lab: Lab) -> None:
    """``[DONE]`` arrives and the socket stays open for 60 s.

    The call has to be complete within half a second of the marker, and the connection, which no
    other call can use, has to be let go. Control: the same stream, closed as usual.
    """
    client = await lab.open(max_attempts=1, timeout_s=6.0, idle_timeout_s=4.0)
    await calm(lab, client)
    lab.shape(replies={"text": SENTENCE})
    held = lab.call(label="marker, socket stays open", stream=True)
    closed = lab.call(label="control: closed as usual", stream=True)
    lab.plan(
        framed("sse").on(closed),
        framed("sse").also("marker_open", hold_s=60.0).on(held),
    )

    since_s = time.monotonic()
    outcome, control = await client.chat_all([held, closed], patience_s=12.0)

    await lab.settled(held, timeout_s=lab.targets.socket_close_s)
    attempts = lab.attempts(held)
    marked_ns = attempts[0].last_byte_out_ns if attempts else None
    left_ns = attempts[0].client_left_ns if attempts else None
    advice = (
        "End the call at [DONE] and do not wait for the server to close the socket (Pawa's "
        "documents name no end marker; this server sends [DONE])"
    )
    lab.check(
        at_most(
            "time from the marker to the end of the call",
            None if marked_ns is None else outcome.ended_s - marked_ns / NS_PER_S,
            lab.allow(lab.targets.marker_s, since_s=since_s),
            "s",
            advice=advice,
            timing=True,
        ),
        *same_text(lab, "socket stays open", held, outcome, SENTENCE, advice=advice),
        at_most(
            "time from the marker to the end of the connection",
            None if left_ns is None or marked_ns is None else (left_ns - marked_ns) / NS_PER_S,
            lab.allow(lab.targets.marker_s + lab.targets.socket_close_s, since_s=since_s),
            "s",
            advice="Close a connection whose answer was not read to its end",
            miss=Verdict.ADVISORY,
            timing=True,
        ),
        *same_text(lab, "control: closed as usual", closed, control, SENTENCE),
    )


async def client_of_sixty_words(lab: Lab) -> Client:
    """A server that says sixty words, then a finish reason and the marker; no second attempts."""
    lab.shape(replies={"text": SIXTY_WORDS}, stream={"style": "sse", "marker": True})
    return await lab.open(max_attempts=1, timeout_s=10.0)


@scenario("SSE-011", needs=("streaming",))
async def a_stream_without_its_end_is_incomplete(lab: Lab) -> None:
    """Ten streams stop after 40 of 60 pieces: HTTP ends cleanly, marker and finish reason missing.

    None of the ten may come back as a plain success, and no text may hold what the server did not
    say. Control: the whole stream of the same server carries a finish reason and the marker and
    comes back as one.
    """
    client = await client_of_sixty_words(lab)
    short = lab.calls(10, label="cut stream", stream=True)
    whole = lab.call(label=WHOLE, stream=True)
    lab.plan(*(fault("cut_stream", after_chunks=40, how="clean").on(call) for call in short))

    *outcomes, control = await client.chat_all([*short, whole])

    named = list(zip(short, outcomes, strict=True))
    lab.check(
        nothing(
            "truncated streams handed out as whole answers",
            [f"{c.label}: {len(o.text.split())} of 61 words" for c, o in named if plain(o)],
            advice="Report a stream that ends without its finish reason and [DONE] as incomplete: "
            "this server ends every whole stream with both (Pawa's documents leave the end of a "
            "stream open)",
        ),
        only_what_was_said(lab, named),
        nothing(
            "truncated streams without a typed end",
            [f"{call.label}: {told(o)}" for call, o in named if o.kind in UNTYPED],
            advice="Raise an error of your own that a caller can catch",
        ),
        equal("truncated streams that arrived", arrived(lab, short), len(short)),
        *same_text(lab, WHOLE, whole, control, SIXTY_WORDS),
    )


def plain(outcome: Outcome) -> bool:
    """Whether a caller would take the outcome for a whole answer."""
    if not outcome.ok or outcome.answer is None:
        return False
    return outcome.answer.finish_reason not in UNFINISHED


def only_what_was_said(lab: Lab, named: Iterable[tuple[Call, Outcome]]) -> Check:
    """The text that was handed out is the beginning of the server's, to the letter."""
    return nothing(
        "texts that are not the beginning of the server's",
        [
            f"{call.label}: {shortened(outcome.text)}"
            for call, outcome in named
            if not whole_text(lab, call, SIXTY_WORDS).startswith(outcome.text)
        ],
        advice="Hand out what the server has said, nothing more and nothing twice",
    )


def arrived(lab: Lab, calls: Iterable[Call]) -> int:
    """How many of the calls reached the server."""
    return sum(bool(lab.attempts(call)) for call in calls)


@scenario("SSE-012", needs=("streaming",))
async def a_broken_stream_is_an_error(lab: Lab) -> None:
    """After 40 of 60 pieces: a reset, a close inside a chunk, a close without the final chunk.

    Three calls each; no success, a typed error, and what had arrived stays available. Control: the
    whole stream.
    """
    client = await client_of_sixty_words(lab)
    broken = {
        how: lab.calls(3, label=how.replace("_", " "), stream=True)
        for how in ("rst", "fin", "no_final_chunk")
    }
    whole = lab.call(label=WHOLE, stream=True)
    lab.plan(
        *(
            fault("cut_stream", after_chunks=40, how=how).on(call)
            for how, calls in broken.items()
            for call in calls
        )
    )

    every = [call for calls in broken.values() for call in calls]
    *outcomes, control = await client.chat_all([*every, whole])

    named = list(zip(every, outcomes, strict=True))
    lab.check(
        nothing(
            "broken streams handed out as answers",
            [call.label for call, outcome in named if outcome.ok],
            advice="Treat a reset, and a chunked body without its final chunk, as an error "
            "(RFC 9112 section 8)",
        ),
        nothing(
            "broken streams without a typed error",
            [f"{call.label}: {told(o)}" for call, o in named if o.kind in UNTYPED],
            advice="Raise an error of your own that a caller can catch",
        ),
        only_what_was_said(lab, named),
        partial_kept(named),
        equal("broken streams that arrived", arrived(lab, every), len(every)),
        *same_text(lab, WHOLE, whole, control, SIXTY_WORDS),
    )


def partial_kept(named: Sequence[tuple[Call, Outcome]]) -> Check:
    """What had arrived before the end is still there."""
    return nothing(
        "broken streams whose partial text is lost",
        [call.label for call, outcome in named if "neno10" not in outcome.text],
        advice=KEEP_PARTIAL,
        miss=Verdict.ADVISORY,
    )


@scenario("SSE-013", needs=("streaming",))
async def an_error_event_becomes_an_error(lab: Lab) -> None:
    """After ten pieces the stream carries an error event (``overloaded``) and ends cleanly.

    The call has to end in a typed error, not in text and not in silence. Control: the whole stream.
    """
    client = await client_of_sixty_words(lab)
    failed = {style: lab.call(label=f"{style}: error event", stream=True) for style in STYLES}
    whole = lab.call(label=WHOLE, stream=True)
    lab.plan(
        *(
            framed(style)
            .also("error_chunk", after_chunks=10, message="The model is overloaded")
            .on(call)
            for style, call in failed.items()
        ),
    )

    *outcomes, control = await client.chat_all([*failed.values(), whole])

    for style, outcome in zip(failed, outcomes, strict=True):
        lab.check(*told_as_error(style, outcome))
    lab.check(
        *(
            equal(f"{style}: attempts on the wire", len(lab.attempts(call)), 1)
            for style, call in failed.items()
        ),
        *same_text(lab, WHOLE, whole, control, SIXTY_WORDS),
    )


def told_as_error(style: str, outcome: Outcome) -> tuple[Check, ...]:
    """The error event has become an error: typed, with its message, beside the text so far."""
    message = outcome.error.message if outcome.error else ""
    return (
        holds(
            f"{style}: outcome",
            outcome.error is not None and outcome.kind not in UNTYPED,
            told(outcome),
            "a typed error",
            advice='Raise when a chunk of a stream says `"success": false` (Pawa\'s documents show '
            "no error in a stream; this server uses their envelope)",
        ),
        holds(
            f"{style}: the error's text is no answer",
            "overloaded" not in outcome.text,
            ending_of(outcome.text),
            "no text of the error event",
            advice="Never hand out an error event as text",
        ),
        holds(
            f"{style}: the kind is kept",
            outcome.kind in {"overloaded", "server_error"},
            told(outcome),
            "overloaded or server_error",
            advice="Tell what the error event says: the server is overloaded",
            miss=Verdict.ADVISORY,
        ),
        holds(
            f"{style}: the server's message is kept",
            "overloaded" in message,
            ending_of(message),
            "The model is overloaded",
            advice="Keep the message of the error event in the error",
            miss=Verdict.ADVISORY,
        ),
        holds(
            f"{style}: partial text",
            "neno9" in outcome.text,
            ending_of(outcome.text),
            "the ten pieces that came before",
            advice=KEEP_PARTIAL,
            miss=Verdict.ADVISORY,
        ),
    )


def ending_of(text: str) -> str:
    """The last words of a text, for a check's measured value."""
    return text if len(text) <= 80 else f"…{text[-80:]}"
