"""SSE rows on framing: line ends, split writes, characters, comments, the caller's pace."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.checks import at_least, at_most, equal, holds
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

STYLES = ("sse", "json_lines")
SENTENCE = "Bei ya mahindi sokoni leo ni shilingi elfu mbili kwa debe moja tu."
MANY_BYTES = "Bei ni €20 kwa 豆腐 safi 👍 asante sana 🙏🏾 karibu tena é ñ ü."


async def compare_streams(
    lab: Lab, text: str, faults: Mapping[str, PlannedRule], *, advice: str
) -> None:
    """Stream `text` once healthy and once under each fault; every caller gets the same text.

    The expected text is the server's own: what it says to every request, behind the canary of that
    very attempt.
    """
    lab.shape(replies={"text": text})
    client = await lab.open(max_attempts=1, timeout_s=15.0, idle_timeout_s=10.0)
    control = lab.call(label="control: plain stream", stream=True)
    hit = {name: lab.call(label=name, stream=True) for name in faults}
    lab.plan(*(rule.on(hit[name]) for name, rule in faults.items()))

    untouched, *outcomes = await client.chat_all([control, *hit.values()])

    lab.check(*same_text(lab, "control: plain stream", control, untouched, text))
    for (name, call), outcome in zip(hit.items(), outcomes, strict=True):
        lab.check(*same_text(lab, name, call, outcome, text, advice=advice))


def same_text(
    lab: Lab, name: str, call: Call, outcome: Outcome, text: str, *, advice: str = ""
) -> tuple[Check, ...]:
    """That a call reached the server once and handed out exactly what the server said."""
    attempts = lab.attempts(call)
    wanted = f"{attempts[0].canary} {text}" if attempts else text
    told = advice or "Hand out the text of a healthy stream"
    return (
        equal(f"{name}: attempts on the wire", len(attempts), 1, advice="Send the call once"),
        equal(f"{name}: outcome", outcome.kind, "ok", advice=told),
        holds(
            f"{name}: text",
            outcome.text == wanted,
            shortened(outcome.text),
            shortened(wanted),
            advice=told,
        ),
    )


def shortened(text: str, limit: int = 160) -> str:
    """A text as a reader can take it in: whole, or its two ends and its length."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 2]} […{len(text)} characters…] {text[-limit // 4 :]}"


@scenario("SSE-002", needs=("streaming",))
async def lines_may_end_in_three_ways(lab: Lab) -> None:
    """The same stream with LF, CRLF and CR line ends, as SSE and as JSON lines.

    Every one has to give exactly the text that the server said, known by the canary of its attempt.
    Control: the plain stream of the sandbox, which no fault touches.
    """
    await compare_streams(
        lab,
        SENTENCE,
        {
            f"{style}, {eol.upper()}": fault("stream_style", style=style, marker=True).also(
                "line_ends", eol=eol
            )
            for style in STYLES
            for eol in ("lf", "crlf", "cr")
        },
        advice="End a line at LF, at CRLF and at CR alone",
    )


@scenario("SSE-003", needs=("streaming",))
async def a_torn_line_end_is_one(lab: Lab) -> None:
    """Each CRLF is written in two parts, 20 ms apart: ``…\\r``, then ``\\n…``.

    A parser that counts the LF of the second write as a line of its own sees an empty line where
    none is, and so an event too many or cut in two. Control: the plain stream.
    """
    await compare_streams(
        lab,
        SENTENCE,
        {
            f"{style}, torn CRLF": fault("stream_style", style=style, marker=True).also(
                "split_crlf", pause_s=0.02
            )
            for style in STYLES
        },
        advice="Remember a CR at the end of a read and skip the LF that follows it",
    )


@scenario("SSE-004", needs=("streaming",))
async def characters_survive_split_writes(lab: Lab) -> None:
    """A text of characters of one to four bytes, written byte by byte.

    Control: the same text in whole writes.
    """
    await compare_streams(
        lab,
        MANY_BYTES,
        {
            f"{style}, one byte a write": fault("stream_style", style=style, marker=True).also(
                "split", bytes=1, interval_s=0.001
            )
            for style in STYLES
        },
        advice="Decode UTF-8 across reads, not each read on its own",
    )


@scenario("SSE-006", needs=("streaming",))
async def comments_are_life_and_no_text(lab: Lab) -> None:
    """A comment every 200 ms for twice the idle limit (1 s), then the text.

    The client has to wait, since the server is alive, and to hand out the text alone. Control: a
    stream that is silent for half the limit only must come through as well.
    """
    lab.shape(replies={"text": SENTENCE})
    client = await lab.open(max_attempts=1, idle_timeout_s=1.0, timeout_s=10.0)
    commented = lab.call(label="comments for 2 s", stream=True)
    quiet = lab.call(label="control: silent for 0.5 s", stream=True)
    framed = fault("stream_style", style="sse", marker=True)
    lab.plan(
        framed.also("comments", every_s=0.2, for_s=2.0, text="ping").on(commented),
        framed.also("slow_first_token", seconds=0.5).on(quiet),
    )

    outcome, control = await client.chat_all([commented, quiet])

    await lab.settled(commented)
    left = [a.ending for a in lab.attempts(commented) if a.ending == "client_left"]
    lab.check(
        *same_text(lab, "control: silent for 0.5 s", quiet, control, SENTENCE),
        equal(
            "comments: connections given up",
            len(left),
            0,
            advice="Let a comment line restart the idle timer: the server is alive",
        ),
        *same_text(
            lab,
            "comments",
            commented,
            outcome,
            SENTENCE,
            advice="Ignore lines that begin with a colon, and count them as life",
        ),
    )


@scenario("SSE-009", needs=("streaming",))
async def events_do_not_follow_writes(lab: Lab) -> None:
    """One transcript in writes of 1, 2, 7 and 65,536 bytes and in one write; and a 1 MB event.

    The text must be the same each time. Control: the plain stream, one event a write.
    """
    faults: dict[str, PlannedRule] = {}
    for style in STYLES:
        framed = fault("stream_style", style=style, marker=True)
        for size in (1, 2, 7, 65_536, 10_000_000):
            what = "one write" if size == 10_000_000 else f"writes of {size} B"
            faults[f"{style}, {what}"] = framed.also("split", bytes=size)
    advice = "Find events by their line ends; a read may hold half an event or several"
    await compare_streams(lab, SENTENCE, faults, advice=advice)

    large = await lab.another_sandbox("large", replies={"text": "x" * 1_000_000, "canary": False})
    client = await lab.open(sandbox=large, max_attempts=1, timeout_s=15.0)
    call = lab.call(label="an event of 1 MB", stream=True)
    outcome = await client.chat(call)
    lab.check(
        equal(
            "an event of 1 MB: characters handed out",
            len(outcome.text) if outcome.ok else outcome.kind,
            1_000_000,
            advice="Put no limit under 1 MB on one event",
        )
    )


@scenario("SSE-020", needs=("streaming",))
async def events_reach_the_caller_as_they_arrive(lab: Lab) -> None:
    """Ten events, 300 ms apart; each piece of text has to reach the caller when it arrives.

    The lag is the time from the write on the server to the caller. All pieces at the end is the
    failure that the row is about; a late piece on a busy machine is an advisory. Control: the
    server itself has to have kept its pace, or nothing is shown.
    """
    lab.shape(replies={"text": SENTENCE, "canary": False}, stream={"chunks": 10})
    client = await lab.open(max_attempts=1, timeout_s=15.0, idle_timeout_s=10.0)
    call = lab.call(label="an event every 300 ms", stream=True)
    lab.plan(fault("pace", interval_s=0.3).on(call))

    outcome = await client.chat(call)

    attempts = lab.attempts(call)
    sent = attempts[0].chunk_times_s[:10] if attempts else ()
    got = [delta.at_s for delta in outcome.deltas if delta.text]
    lags = [at - wrote for wrote, at in zip(sent, got, strict=False)]
    spread = got[-1] - got[0] if got else 0.0
    advice = "Hand out each event when it arrives; do not read the stream whole first"
    lab.check(
        equal("outcome", outcome.kind, "ok", advice="Hand out the text of a healthy stream"),
        at_least(
            "control: the server's shortest pause",
            min((b - a for a, b in pairwise(sent)), default=None),
            0.25,
            "s",
        ),
        equal("pieces of text", len(got), len(sent), advice=advice, miss=Verdict.ADVISORY),
        at_least("time from the first piece to the last", spread, 1.35, "s", advice=advice),
        at_most(
            "median lag",
            median(lags) if lags else None,
            lab.allow(lab.targets.delta_lag_median_s),
            "s",
            advice=advice,
            miss=Verdict.ADVISORY,
            timing=True,
        ),
        at_most(
            "longest lag",
            max(lags, default=None),
            lab.allow(lab.targets.delta_lag_max_s),
            "s",
            advice=advice,
            miss=Verdict.ADVISORY,
            timing=True,
        ),
    )
