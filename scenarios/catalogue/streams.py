"""SSE rows on framing: line ends, split writes, characters, comments, the size of events."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from reports.results import Verdict
from scenarios.catalogue.outcomes import told
from scenarios.catalogue.pacing import calm
from scenarios.checks import equal, holds
from scenarios.evidence import NS_PER_S
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.results import Check
    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.evidence import Attempt
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

STYLES = ("sse", "json_lines")
SENTENCE = "Bei ya mahindi sokoni leo ni shilingi elfu mbili kwa debe moja tu."
MANY_BYTES = "Bei: €20 kwa 豆腐 safi 👍 asante 🙏🏾 é ñ ü."
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

WRITE_SIZES = (1, 2, 7, 65_536)
ONE_WRITE = 10_000_000
LARGE = 1_000_000
PLAIN = "control: plain stream"

LONG_S = 0.3
"""A stream that takes longer shows whether its text is handed out before its end."""


def framed(style: str) -> PlannedRule:
    """A stream of that style which ends with the marker."""
    return fault("stream_style", style=style, marker=True)


async def compare_streams(
    lab: Lab, text: str, faults: Mapping[str, PlannedRule], *, advice: str
) -> dict[str, Outcome]:
    """Stream `text` once under each fault and once healthy; every caller gets the same text.

    The expected text is the server's own: what it says to every request, behind the canary of that
    very attempt. Returns the outcomes under fault, by name.
    """
    lab.shape(replies={"text": text})
    client = await lab.open(max_attempts=1, timeout_s=20.0, idle_timeout_s=10.0)
    hit = {name: lab.call(label=name, stream=True) for name in faults}
    control = lab.call(label=PLAIN, stream=True)
    lab.plan(*(rule.on(hit[name]) for name, rule in faults.items()))

    *outcomes, untouched = await client.chat_all([*hit.values(), control])

    by_name = dict(zip(hit, outcomes, strict=True))
    note_texts_at_the_end(lab, [(call, by_name[name]) for name, call in hit.items()])
    for name, call in hit.items():
        lab.check(*same_text(lab, name, call, by_name[name], text, advice=advice))
    lab.check(*same_text(lab, PLAIN, control, untouched, text))
    return by_name


def note_texts_at_the_end(lab: Lab, named: Sequence[tuple[Call, Outcome]]) -> None:
    """Say so if the client read each long stream whole before it handed out any of its text.

    Its parser then never met half an event; whether that is right is what SSE-020 judges.
    """
    early = [
        text_was_early(attempts[0], outcome)
        for call, outcome in named
        if outcome.ok and (attempts := lab.attempts(call)) and lasted_s(attempts[0]) > LONG_S
    ]
    if early and not any(early):
        lab.note(
            "Each text came only when its stream had ended: the client reads it whole first, so "
            "that no half event ever reached its parser (SSE-020)."
        )


def lasted_s(attempt: Attempt) -> float:
    """How long the server took to write the answer, in seconds."""
    first_ns, last_ns = attempt.first_byte_out_ns, attempt.last_byte_out_ns
    return 0.0 if first_ns is None or last_ns is None else (last_ns - first_ns) / NS_PER_S


def text_was_early(attempt: Attempt, outcome: Outcome) -> bool:
    """Whether any text was with the caller before the server had written its last byte."""
    first_s = next((delta.at_s for delta in outcome.deltas if delta.text), None)
    last_ns = attempt.last_byte_out_ns
    return first_s is not None and last_ns is not None and first_s < last_ns / NS_PER_S


def same_text(
    lab: Lab, name: str, call: Call, outcome: Outcome, text: str, *, advice: str = ""
) -> tuple[Check, Check]:
    """The caller got exactly what the server said, and the call reached the server once.

    Both the text of the answer and, for a stream, the pieces that were handed out on the way.
    """
    attempts = lab.attempts(call)
    wanted = whole_text(lab, call, text)
    pieces = "".join(delta.text for delta in outcome.deltas) or outcome.text
    got = pieces if outcome.text == wanted else outcome.text
    return (
        holds(
            f"{name}: text",
            outcome.ok and got == wanted,
            shortened(got) if outcome.ok else told(outcome),
            shortened(wanted),
            advice=advice or "Hand out the text of a healthy stream",
        ),
        equal(f"{name}: attempts on the wire", len(attempts), 1, advice="Send the call once"),
    )


def whole_text(lab: Lab, call: Call, text: str) -> str:
    """What the server says to a call: the canary of its first attempt, and the text."""
    attempts = lab.attempts(call)
    canary = attempts[0].canary if attempts else None
    return f"{canary} {text}" if canary else text


def shortened(text: str, limit: int = 160) -> str:
    """A text as a reader can take it in: whole, or its two ends and its length."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 2]} […{len(text)} characters…] {text[-limit // 4 :]}"


@scenario("SSE-002", needs=("streaming",))
async def lines_may_end_in_three_ways(lab: Lab) -> None:
    """The same stream with LF, CRLF and CR line ends, as server-sent events.

    Every one has to give exactly the text that the server said, known by the canary of its attempt.
    The same in Pawa's bare JSON lines with LF and CRLF, where no norm knows CR. Control: the plain
    stream of the sandbox, which no fault touches.
    """
    ends = {"sse": ("lf", "crlf", "cr"), "json_lines": ("lf", "crlf")}
    await compare_streams(
        lab,
        SENTENCE,
        {
            f"{style}, {eol.upper()}": framed(style).also("line_ends", eol=eol)
            for style in STYLES
            for eol in ends[style]
        },
        advice="End a line at LF, at CRLF and at CR alone",
    )


@scenario("SSE-003", needs=("streaming",))
async def a_torn_line_end_is_one(lab: Lab) -> None:
    """Each CRLF is written in two parts, 10 ms apart: ``…\\r``, then ``\\n…``.

    Whoever counts the LF of the second write as a line of its own sees an empty line where none is.
    That ends an event too early, which shows where an event has several ``data:`` lines; so, for a
    client that reads such events when their line ends are whole, they are torn too. For a client
    that does not, the row has shown little, which is an advisory. Control: the plain stream.
    """
    lab.shape(stream={"chunks": 4})
    faults = {
        f"{style}, torn CRLF": framed(style).also("split_crlf", pause_s=0.01) for style in STYLES
    }
    advice = "Remember a CR at the end of a read and skip the LF that follows it"
    await compare_streams(lab, SENTENCE, faults, advice=advice)

    await torn_inside_an_event(lab, advice=advice)


async def torn_inside_an_event(lab: Lab, *, advice: str) -> None:
    """Events of several ``data:`` lines: with whole line ends, and torn if those can be read."""
    client = await lab.open(max_attempts=1, timeout_s=20.0, idle_timeout_s=10.0)
    whole = lab.call(label="sse, events of several lines, CRLF", stream=True)
    torn = lab.call(label="sse, events of several lines, torn CRLF", stream=True)
    several = framed("sse").also("data_lines")
    lab.add(several.also("line_ends", eol="crlf").on(whole).optional())
    outcome = await client.chat(whole)
    wanted = whole_text(lab, whole, SENTENCE)
    read = outcome.ok and outcome.text == wanted
    lab.check(
        holds(
            "sse, events of several lines, whole CRLF: text",
            read,
            shortened(outcome.text) if outcome.ok else told(outcome),
            shortened(wanted),
            advice="Join the data lines of one event with LF (WHATWG, row SSE-001): while they are "
            "read one by one, a torn CRLF was tested only where it could do no harm",
            miss=Verdict.ADVISORY,
        )
    )
    if not read:
        lab.note("The client does not read events of several data lines (SSE-001); not torn here.")
        return
    lab.add(several.also("split_crlf", pause_s=0.01).on(torn))
    outcome = await client.chat(torn)
    lab.check(*same_text(lab, torn.label, torn, outcome, SENTENCE, advice=advice))


@scenario("SSE-004", needs=("streaming",))
async def characters_survive_split_writes(lab: Lab) -> None:
    """A text of characters of one to four bytes, written byte by byte, 2 ms apart.

    The text has to arrive unchanged, without U+FFFD. Control: the same text in whole writes.
    """
    lab.shape(stream={"chunks": 1})
    advice = "Decode UTF-8 across reads, not each read on its own"
    outcomes = await compare_streams(
        lab,
        MANY_BYTES,
        {
            f"{style}, one byte a write": framed(style).also("split", bytes=1, interval_s=0.002)
            for style in STYLES
        },
        advice=advice,
    )
    for name, outcome in outcomes.items():
        count = outcome.text.count(REPLACEMENT)
        lab.check(equal(f"{name}: characters U+FFFD", count, 0, advice=advice))


@scenario("SSE-006", needs=("streaming",))
async def comments_are_life_and_no_text(lab: Lab) -> None:
    """A comment every 200 ms for twice the idle limit (2 s), then the text.

    The client has to wait, since the server is alive, and to hand out the text alone; and to do so
    where comments stand between the pieces. A client that declares no idle limit is judged on the
    text only. Control: a stream that is silent for a quarter of the limit comes through as well.
    """
    client = await lab.open(max_attempts=1, idle_timeout_s=2.0, timeout_s=12.0)
    await calm(lab, client)
    lab.shape(replies={"text": SENTENCE})
    pinged = lab.call(label="comments for 4 s", stream=True)
    between = lab.call(label="comments between pieces", stream=True)
    quiet = lab.call(label="control: silent for 0.5 s", stream=True)
    pings = {"text": "ping"}
    lab.plan(
        framed("sse").also("comments", every_s=0.2, for_s=4.0, **pings).on(pinged),
        framed("sse")
        .also("comments", every_s=0.01, for_s=0.02, before_chunk="every", **pings)
        .on(between),
        framed("sse").also("slow_first_token", seconds=0.5).on(quiet),
    )

    waited, amid, control = await client.chat_all([pinged, between, quiet])

    await lab.settled(pinged)
    left = [a.ending for a in lab.attempts(pinged) if a.ending == "client_left"]
    advice = (
        "Skip lines that begin with a colon: in text/event-stream, which this answer says it is, "
        "they are comments"
    )
    lab.check(
        *same_text(lab, "comments", pinged, waited, SENTENCE, advice=advice),
        equal(
            "comments: connections given up",
            len(left),
            0,
            advice="Let a comment restart the idle timer: the server is alive",
        ),
        *same_text(lab, "comments between pieces", between, amid, SENTENCE, advice=advice),
        *same_text(lab, "control: silent for 0.5 s", quiet, control, SENTENCE),
    )
    if "idle_timeout_s" not in lab.limits:
        lab.note("The client declares no idle limit; that comments count as life was not shown.")


@scenario("SSE-009", needs=("streaming",))
async def events_do_not_follow_writes(lab: Lab) -> None:
    """One transcript in writes of 1, 2, 7 and 65,536 bytes and in one write: the same text.

    Then an event of 1 MB, whole and in writes of 65,536 bytes. Both as server-sent events and as
    JSON lines, and each text is compared with the server's by its SHA-256. Control: the plain
    stream, one event a write.
    """
    faults = {
        f"{style}, {size_words(size)}": framed(style).also("split", bytes=size)
        for style in STYLES
        for size in (*WRITE_SIZES, ONE_WRITE)
    }
    advice = "Find events by their line ends; a read may hold half an event or several"
    outcomes = await compare_streams(lab, SENTENCE, faults, advice=advice)
    for style in STYLES:
        lab.check(
            equal(
                f"{style}: SHA-256 of the text, five sizes of write",
                [
                    digest(without_canary(outcome)) if outcome.ok else told(outcome)
                    for name, outcome in outcomes.items()
                    if name.startswith(style)
                ],
                [digest(SENTENCE)] * (len(WRITE_SIZES) + 1),
                advice=advice,
            )
        )
    await a_large_event(lab)


async def a_large_event(lab: Lab) -> None:
    """One event of 1 MB, in which no part is like another."""
    text = "".join(f"{number:08x}" for number in range(LARGE // 8))
    lab.plan()
    lab.shape(replies={"text": text, "canary": False})
    client = await lab.open(max_attempts=1, timeout_s=20.0, idle_timeout_s=10.0)
    faults = {
        f"{style}, an event of 1 MB, {size_words(size)}": framed(style).also("split", bytes=size)
        for style in STYLES
        for size in (65_536, ONE_WRITE)
    }
    calls = {name: lab.call(label=name, stream=True) for name in faults}
    lab.plan(*(rule.on(calls[name]) for name, rule in faults.items()))

    outcomes = await client.chat_all(calls.values())

    for name, outcome in zip(calls, outcomes, strict=True):
        lab.check(
            equal(
                f"{name}: SHA-256",
                digest(outcome.text) if outcome.ok else told(outcome),
                digest(text),
                advice="Read events of 1 MB, in as many reads as they take",
            )
        )


def size_words(size: int) -> str:
    """The size of writes, for a name."""
    return "one write" if size == ONE_WRITE else f"writes of {size} B"


def without_canary(outcome: Outcome) -> str:
    """The text behind the canary, which is another one in each answer."""
    return outcome.text.partition(" ")[2]


def digest(text: str) -> str:
    """The head of the SHA-256 of a text, long enough to tell two texts apart."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
