"""SSE rows on how a stream ends: its marker, its truncation, its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Verdict
from scenarios.catalogue.streams import SENTENCE, same_text
from scenarios.checks import at_most, equal, holds, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

SIXTY_WORDS = " ".join(f"neno{number}" for number in range(1, 61))
UNFINISHED = frozenset({"incomplete", "interrupted", "length", "error"})
"""Finish reasons that tell the caller of an answer that it is not whole."""


@scenario("SSE-010", needs=("streaming",))
async def the_marker_ends_the_call(lab: Lab) -> None:
    """``[DONE]`` arrives and the socket stays open for 60 s.

    The call has to be complete within half a second of the marker. Control: the same stream, closed
    as usual.
    """
    lab.shape(replies={"text": SENTENCE})
    client = await lab.open(max_attempts=1, timeout_s=8.0, idle_timeout_s=4.0)
    open_socket = lab.call(label="marker, socket stays open", stream=True)
    closed = lab.call(label="control: closed as usual", stream=True)
    framed = fault("stream_style", style="sse", marker=True)
    lab.plan(framed.on(closed), framed.also("marker_open", hold_s=60.0).on(open_socket))

    outcome, control = await client.chat_all([open_socket, closed], patience_s=12.0)

    attempts = lab.attempts(open_socket)
    marked = attempts[0].last_byte_out_ns if attempts else None
    advice = "End the call at the terminal marker; do not wait for the server to close the socket"
    lab.check(
        *same_text(lab, "control: closed as usual", closed, control, SENTENCE),
        equal("outcome", outcome.kind, "ok", advice=advice),
        at_most(
            "time from the marker to the end of the call",
            None if marked is None else outcome.ended_s - marked / 1e9,
            lab.allow(lab.targets.marker_s),
            "s",
            advice=advice,
        ),
        *same_text(lab, "socket stays open", open_socket, outcome, SENTENCE, advice=advice),
    )


@scenario("SSE-011", needs=("streaming",))
async def a_stream_without_its_end_is_incomplete(lab: Lab) -> None:
    """Ten streams stop after 40 of 60 pieces: HTTP ends cleanly, marker and finish reason missing.

    None of the ten may come back as a plain success. Control: the whole stream of the same server
    carries a finish reason and the marker and comes back as one.
    """
    lab.shape(replies={"text": SIXTY_WORDS}, stream={"style": "sse", "marker": True})
    client = await lab.open(max_attempts=1, timeout_s=10.0)
    whole = lab.call(label="control: whole stream", stream=True)
    short = lab.calls(10, label="40 of 60 pieces", stream=True)
    lab.plan(
        *(fault("cut_stream", after_chunks=40, how="clean").on(call) for call in short),
    )

    control, *outcomes = await client.chat_all([whole, *short])

    lab.check(
        *same_text(lab, "control: whole stream", whole, control, SIXTY_WORDS),
        equal("truncated streams that arrived", sum(bool(lab.attempts(c)) for c in short), 10),
        nothing(
            "truncated streams handed out as whole answers",
            [call.label for call, outcome in zip(short, outcomes, strict=True) if plain(outcome)],
            advice="Report a stream that ends without [DONE] or finish reason as incomplete: this "
            "server sends both at the end of every whole stream",
        ),
        nothing("crashes", [o.kind for o in outcomes if o.kind in {"crashed", "hung", "internal"}]),
    )


def plain(outcome: Outcome) -> bool:
    """Whether a caller would take the outcome for a whole answer."""
    if not outcome.ok or outcome.answer is None:
        return False
    return outcome.answer.finish_reason not in UNFINISHED


@scenario("SSE-012", needs=("streaming",))
async def a_broken_stream_is_an_error(lab: Lab) -> None:
    """After 40 of 60 pieces the connection is reset, or closed without the final chunk.

    Three calls each; no success, and what had arrived stays available. Control: the whole stream.
    """
    lab.shape(replies={"text": SIXTY_WORDS}, stream={"style": "sse", "marker": True})
    client = await lab.open(max_attempts=1, timeout_s=10.0)
    whole = lab.call(label="control: whole stream", stream=True)
    broken = {
        how: lab.calls(3, label=how.replace("_", " "), stream=True)
        for how in ("rst", "no_final_chunk")
    }
    lab.plan(
        *(
            fault("cut_stream", after_chunks=40, how=how).on(call)
            for how, calls in broken.items()
            for call in calls
        )
    )

    every = [call for calls in broken.values() for call in calls]
    control, *outcomes = await client.chat_all([whole, *every])

    told = list(zip(every, outcomes, strict=True))
    lab.check(
        *same_text(lab, "control: whole stream", whole, control, SIXTY_WORDS),
        equal("broken streams that arrived", sum(bool(lab.attempts(c)) for c in every), 6),
        nothing(
            "broken streams handed out as answers",
            [call.label for call, outcome in told if outcome.ok],
            advice="Treat a reset, and a chunked body without its final chunk, as an error "
            "(RFC 9112 section 8)",
        ),
        nothing(
            "broken streams without a typed error",
            [f"{c.label}: {o.kind}" for c, o in told if o.kind in {"internal", "crashed", "hung"}],
            advice="Raise an error of your own that a caller can catch",
        ),
        nothing(
            "broken streams whose partial text is lost",
            [call.label for call, outcome in told if "neno10" not in outcome.text],
            advice="Keep the text that had arrived and hand it out with the error",
            miss=Verdict.ADVISORY,
        ),
    )


@scenario("SSE-013", needs=("streaming",))
async def an_error_event_becomes_an_error(lab: Lab) -> None:
    """After ten pieces the stream carries an error event (``overloaded``) and ends cleanly.

    The call has to end in a typed error, not in text and not in silence. Control: the whole stream.
    """
    lab.shape(replies={"text": SIXTY_WORDS})
    client = await lab.open(max_attempts=1, timeout_s=10.0)
    whole = lab.call(label="control: whole stream", stream=True)
    failed = {style: lab.call(label=f"{style}: error event", stream=True) for style in STYLES}
    lab.plan(
        fault("stream_style", style="sse", marker=True).on(whole),
        *(
            fault("stream_style", style=style, marker=True)
            .also("error_chunk", after_chunks=10, message="The model is overloaded")
            .on(call)
            for style, call in failed.items()
        ),
    )

    control, *outcomes = await client.chat_all([whole, *failed.values()])

    lab.check(*same_text(lab, "control: whole stream", whole, control, SIXTY_WORDS))
    for style, outcome in zip(failed, outcomes, strict=True):
        told = outcome.error.message if outcome.error else ""
        lab.check(
            holds(
                f"{style}: outcome",
                outcome.error is not None and outcome.kind != "internal",
                outcome.kind,
                "a typed error",
                advice='Raise when an event of a stream says `"success": false`',
            ),
            holds(
                f"{style}: the error's text is no answer",
                "overloaded" not in outcome.text,
                shown(outcome.text),
                "no text of the error event",
                advice="Never hand out an error event as text",
            ),
            holds(
                f"{style}: the server's message is kept",
                "overloaded" in f"{told} {outcome.kind}",
                shown(told),
                "The model is overloaded",
                advice="Keep the message of the error event in the error",
                miss=Verdict.ADVISORY,
            ),
            holds(
                f"{style}: partial text",
                "neno9" in outcome.text,
                shown(outcome.text),
                "the ten pieces that came before",
                advice="Keep the text that had arrived and hand it out with the error",
                miss=Verdict.ADVISORY,
            ),
        )


STYLES = ("sse", "json_lines")


def shown(text: str) -> str:
    """The last words of a text, for a check's measured value."""
    return text if len(text) <= 80 else f"…{text[-80:]}"
