"""Every fault as a raw socket client sees it: the exact bytes, the exact ending, and when.

Requests ask for ``Connection: close``, so a reply that is whole ends in FIN, and ``open`` means
that a fault kept the socket. What a fault changes is written down here byte by byte; only the text
of the healthy reply is taken from the server, from a request without a rule.
"""

from __future__ import annotations

import asyncio
import calendar
import time
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.faults.catalogue import FAULTS
from mockserver.faults.rules import parse_rules
from tests.mockserver.faults import (
    test_on_the_wire_answers,
    test_on_the_wire_connections,
    test_on_the_wire_streams,
)
from tests.mockserver.faults.wire_cases import (
    ASKED,
    ITEM_ERROR,
    JSON,
    LATE_S,
    NS_PER_S,
    OVERLOADED,
    PAGE,
    PROBLEM,
    Case,
    Healthy,
    Pause,
    answer,
    ask,
    chunked,
    failure,
    head,
    indexed,
    judge_pause,
    judged,
    portions,
    sized,
    spent,
    steady,
    told_from_the_noop,
    with_items,
)
from tests.mockserver.rawclient import RawClient

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox

ANSWERS = [
    Case("status", lambda _: failure("503 Service Unavailable", "Unavailable"), {"status": 503}),
    Case("status", lambda _: failure("599 ", "HTTP 599"), {"status": 599}, "json"),
    Case(
        "status",
        lambda _: failure("429 Too Many Requests", "Rate limit exceeded", "Retry-After: soon"),
        {"status": 429, "retry_after": "soon"},
    ),
    Case(
        "status",
        lambda _: answer("418 I'm a Teapot", "text/x", b"short", "X-A: 1"),
        {"status": 418, "headers": {"Content-Type": "text/x", "X-A": "1"}, "body": "short"},
    ),
    Case(
        "status",
        lambda _: (
            b"HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n"
            b"X-Request-Id: X\r\nDate: X\r\nConnection: close\r\n\r\n"
        ),
        {"status": 204},
    ),
    Case("budget_exhausted", lambda _: spent("402 Payment Required")),
    Case(
        "budget_exhausted",
        lambda _: spent("429 Too Many Requests"),
        {"spelling": 429},
    ),
    Case("success_false", lambda _: failure("200 OK", "no"), {"message": "no"}),
    Case(
        "html_page",
        lambda _: answer("502 Bad Gateway", "text/html; charset=utf-8", PAGE),
        {"status": 502},
    ),
    Case("empty_body", lambda _: answer("200 OK", JSON, b"")),
    Case(
        "problem_json",
        lambda _: answer("503 Service Unavailable", "application/problem+json", PROBLEM),
        {"status": 503, "title": "Busy", "code": "busy"},
    ),
]

BODIES = [
    Case("cut_json", lambda healthy: sized(healthy.json[:30]), {"keep_bytes": 30}, "json"),
    Case("cut_json", lambda healthy: sized(healthy.json[: len(healthy.json) // 2]), {}, "json"),
    Case(
        "items",
        lambda healthy: with_items(healthy, indexed(healthy)[::-1]),
        {"order": "reversed"},
        "json",
    ),
    Case(
        "items",
        lambda healthy: with_items(
            healthy, [{"index": 0, "error": ITEM_ERROR}, *indexed(healthy)[1:]]
        ),
        {"errors": [0]},
        "json",
    ),
]

TIMING = [
    Case(
        "hold",
        lambda healthy: sized(healthy.json),
        {"seconds": 0.15},
        "json",
        pause=Pause(0.15, b"HTTP/1.1"),
    ),
    Case("hold", lambda _: b"", {}, "json", ending="open"),
    Case(
        "silence_after_headers",
        lambda healthy: sized(healthy.json),
        {"seconds": 0.15},
        "json",
        pause=Pause(0.15, lambda healthy: healthy.json[:1], b"\r\n\r\n"),
    ),
    Case(
        "silence_after_headers",
        lambda healthy: sized(b"", length=len(healthy.json)),
        {},
        "json",
        ending="open",
    ),
    Case("silence_after_headers", lambda _: chunked(end=b""), {}, ending="open"),
    Case(
        "drip",
        lambda healthy: sized(healthy.json),
        {"bytes": 20, "interval_s": 0.02},
        "json",
        pause=Pause(0.18, lambda healthy: healthy.json[180:], lambda healthy: healthy.json[:20]),
    ),
    Case(
        "drip",
        lambda healthy: chunked(
            *portions(b"".join(healthy.lines)[:300], 100), b"".join(healthy.lines)[300:]
        ),
        {"bytes": 100, "interval_s": 0.05, "limit_s": 0.15},
        pause=Pause(0.15, lambda healthy: b"[DONE]", lambda healthy: b"".join(healthy.lines)[:100]),
    ),
]

CONNECTION = [
    Case("rst_before_headers", lambda _: b"", ending="rst"),
    Case("close_before_headers", lambda _: b""),
    Case(
        "cut_body",
        lambda healthy: sized(healthy.json[:20], length=len(healthy.json)),
        {"after_bytes": 20, "how": "rst"},
        "json",
        ending="rst",
    ),
    Case(
        "cut_body",
        lambda healthy: sized(healthy.json[:20], length=len(healthy.json)),
        {"after_bytes": 20, "how": "fin"},
        "json",
    ),
    Case(
        "cut_body",
        lambda healthy: sized(healthy.json[:20], length=len(healthy.json)),
        {"after_bytes": 20, "how": "short_content_length"},
        "json",
    ),
    Case(
        "cut_body",
        lambda healthy: chunked(healthy.json[:20], end=b"", kind=JSON),
        {"after_bytes": 20, "how": "no_final_chunk"},
        "json",
    ),
    Case(
        "cut_body",
        lambda healthy: chunked(healthy.lines[0][:20], end=b""),
        {"after_bytes": 20, "how": "rst"},
        ending="rst",
    ),
    Case(
        "cut_body",
        lambda healthy: chunked(healthy.lines[0][:20], end=b"40\r\n"),
        {"after_bytes": 20, "how": "fin"},
    ),
    Case(
        "cut_body",
        lambda healthy: (
            head("200 OK", "text/event-stream", f"Content-Length: {len(b''.join(healthy.lines))}")
            + healthy.lines[0][:20]
        ),
        {"after_bytes": 20, "how": "short_content_length"},
    ),
]

STREAM_TIMING = [
    Case(
        "slow_first_token",
        lambda healthy: chunked(*healthy.lines),
        {"seconds": 0.15},
        pause=Pause(0.15, lambda healthy: healthy.chunks[0], b"\r\n\r\n"),
    ),
    Case(
        "pace",
        lambda healthy: chunked(*healthy.lines),
        {"interval_s": 0.04},
        pause=Pause(0.2, lambda healthy: healthy.chunks[5], lambda healthy: healthy.chunks[0]),
    ),
    Case(
        "stall",
        lambda healthy: chunked(*healthy.lines),
        {"after_chunks": 3, "seconds": 0.15},
        pause=Pause(0.15, lambda healthy: healthy.chunks[3], lambda healthy: healthy.chunks[2]),
    ),
    Case(
        "stall",
        lambda healthy: chunked(*healthy.lines[:3], end=b""),
        {"after_chunks": 3},
        ending="open",
    ),
    Case(
        "comments",
        lambda healthy: chunked(*[b": ping\n\n"] * 3, *healthy.lines),
        {"every_s": 0.05, "for_s": 0.15},
        pause=Pause(0.15, lambda healthy: healthy.chunks[0], b": ping"),
    ),
    Case(
        "comments",
        lambda healthy: chunked(
            *[part for line in healthy.lines[:-1] for part in (b": hm\n\n", line)], b"[DONE]\n\n"
        ),
        {"every_s": 0.02, "for_s": 0.02, "text": "hm", "before_chunk": "every"},
        pause=Pause(0.12, lambda healthy: healthy.chunks[5], lambda healthy: healthy.chunks[0]),
    ),
]

STREAM_ENDINGS = [
    Case(
        "cut_stream",
        lambda healthy: chunked(*healthy.lines[:4], end=b""),
        {"after_chunks": 4, "how": "rst"},
        ending="rst",
    ),
    Case(
        "cut_stream",
        lambda healthy: chunked(*healthy.lines[:4], end=b"40\r\n"),
        {"after_chunks": 4, "how": "fin"},
    ),
    Case(
        "cut_stream",
        lambda healthy: chunked(*healthy.lines[:4], end=b""),
        {"after_chunks": 4, "how": "no_final_chunk"},
    ),
    Case(
        "cut_stream",
        lambda healthy: chunked(*healthy.lines[:4]),
        {"after_chunks": 4, "how": "clean"},
    ),
    Case(
        "error_chunk",
        lambda healthy: chunked(*healthy.lines[:2], OVERLOADED + b"\n\n"),
        {"after_chunks": 2},
    ),
    Case(
        "error_chunk",
        lambda healthy: chunked(*healthy.lines[:2], OVERLOADED + b"\n\n", end=b""),
        {"after_chunks": 2, "close": "rst"},
        ending="rst",
    ),
    Case(
        "error_chunk",
        lambda _: chunked(OVERLOADED + b"\n\n", end=b""),
        {"after_chunks": 0, "close": "open"},
        ending="open",
    ),
    Case(
        "malformed_chunk",
        lambda healthy: chunked(
            *healthy.lines[:3], b'{"success":true,"message":"Chunk comp\n\n', *healthy.lines[4:]
        ),
        {"after_chunks": 3},
    ),
    Case("no_marker", lambda healthy: chunked(*healthy.lines[:-1])),
    Case(
        "marker_open",
        lambda healthy: chunked(*healthy.lines, end=b""),
        {"hold_s": 60},
        ending="open",
    ),
    Case(
        "marker_open",
        lambda healthy: chunked(*healthy.lines, end=b""),
        {"hold_s": 0.1},
    ),
]

STREAM_BYTES = [
    Case(
        "stream_style",
        lambda healthy: chunked(*(b"data: " + line for line in healthy.lines)),
        {"style": "sse", "marker": True},
    ),
    Case(
        "split",
        lambda healthy: chunked(*portions(b"".join(healthy.lines), 7)),
        {"bytes": 7},
    ),
    Case(
        "split",
        lambda healthy: chunked(*portions(b"".join(healthy.lines), 400)),
        {"bytes": 400, "interval_s": 0.05},
        pause=Pause(0.15, lambda healthy: b"[DONE]", lambda healthy: b"".join(healthy.lines)[:400]),
    ),
    Case("split", lambda healthy: chunked(b"".join(healthy.lines)), {"bytes": 65536}),
    Case(
        "split_crlf",
        lambda healthy: chunked(
            healthy.chunks[0] + b"\r",
            *[
                part
                for payload in (*healthy.chunks[1:], b"[DONE]")
                for part in (b"\n\r", b"\n" + payload + b"\r")
            ],
            b"\n\r",
            b"\n",
        ),
        {"pause_s": 0.01},
        pause=Pause(0.14, b"\r\n\n\r\n", lambda healthy: healthy.chunks[0]),
    ),
    Case(
        "line_ends",
        lambda healthy: chunked(*(line.replace(b"\n", b"\r\n") for line in healthy.lines)),
        {"eol": "crlf"},
    ),
    Case(
        "line_ends",
        lambda healthy: chunked(*(line.replace(b"\n", b"\r") for line in healthy.lines)),
        {"eol": "cr"},
    ),
    Case(
        "bom",
        lambda healthy: chunked(b"\xef\xbb\xbf" + healthy.lines[0], *healthy.lines[1:]),
    ),
]

NOOP = [
    Case("noop", lambda healthy: chunked(*healthy.lines)),
    Case("noop", lambda healthy: sized(healthy.json), {}, "json"),
]

FAULTY = [
    *ANSWERS,
    *BODIES,
    *TIMING,
    *CONNECTION,
    *STREAM_TIMING,
    *STREAM_ENDINGS,
    *STREAM_BYTES,
]
TESTED_BELOW = {"refuse", "data_lines"}
"""Kinds that need more than one connection, or another framing first; they have their own tests."""


@pytest.mark.parametrize("case", [*NOOP, *FAULTY], ids=lambda case: case.name)
async def test_a_client_sees_exactly_this(sandbox: Sandbox, healthy: Healthy, case: Case) -> None:
    """Bytes, ending and pause are as written down, and the rule counts as delivered."""
    await judged(sandbox, healthy, case)


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.name)
async def test_the_noop_does_not_pass_for_it(
    sandbox: Sandbox, healthy: Healthy, case: Case
) -> None:
    """The same check fails on a reply with which nothing is wrong: it can tell the difference."""
    await told_from_the_noop(sandbox, healthy, case)


@pytest.mark.parametrize("form", ["imf", "rfc850", "asctime"])
async def test_a_retry_after_date_is_on_the_wire(sandbox: Sandbox, form: str) -> None:
    """A date in the asked form, from 3 to 4 s after the request."""
    hint = {"form": form, "in_s": 3}
    fault = {"kind": "status", "status": 503, "retry_after_date": hint}
    sandbox.replace_rules(parse_rules([{"fault": fault}]))
    before = time.time()

    received, _ = await ask(sandbox, "json")

    text = received.header("retry-after") or ""
    pattern = {
        "imf": "%a, %d %b %Y %H:%M:%S GMT",
        "rfc850": "%A, %d-%b-%y %H:%M:%S GMT",
        "asctime": "%a %b %d %H:%M:%S %Y",
    }[form]
    moment = calendar.timegm(time.strptime(text, pattern))
    assert before + 3 <= moment <= time.time() + 4


async def test_refused_means_that_nobody_listens(sandbox: Sandbox) -> None:
    """The request gets RST, the next connection is refused, and after the time all is well."""
    sandbox.replace_rules(
        parse_rules([{"when": {"times": 1}, "fault": {"kind": "refuse", "duration_s": 0.2}}])
    )

    received, sent_ns = await ask(sandbox, "json")

    assert (received.data, received.ending) == (b"", "rst")
    with pytest.raises(ConnectionRefusedError):
        await RawClient.connect(sandbox.base_url)
    back_s = (await until_accepted(sandbox) - sent_ns) / NS_PER_S
    assert 0.2 <= back_s <= 0.2 + LATE_S
    healthy_again, _ = await ask(sandbox, "json")
    assert healthy_again.status == 200
    assert sandbox.plan_status()[0].delivered == 1


async def test_refused_without_a_duration_lasts_until_the_rules_change(sandbox: Sandbox) -> None:
    """Nobody listens until the plan is replaced; then somebody does."""
    sandbox.replace_rules(parse_rules([{"fault": {"kind": "refuse"}}]))
    await ask(sandbox, "json")
    with pytest.raises(ConnectionRefusedError):
        await RawClient.connect(sandbox.base_url)

    sandbox.replace_rules(())

    await until_accepted(sandbox)
    received, _ = await ask(sandbox, "json")
    assert received.status == 200


async def until_accepted(sandbox: Sandbox) -> int:
    """Knock until somebody opens; when that was."""
    for _ in range(1000):
        try:
            client = await RawClient.connect(sandbox.base_url)
        except ConnectionRefusedError:
            await asyncio.sleep(0.005)
        else:
            client.leave()
            return time.monotonic_ns()
    raise AssertionError("nobody listens again")


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ({"kind": "stall", "after_chunks": 50}, "stream"),
        ({"kind": "cut_body", "after_bytes": 10_000}, "json"),
        ({"kind": "bom"}, "json"),
        ({"kind": "items", "errors": [7]}, "json"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["kind"],
)
async def test_a_fault_without_effect_does_not_count_as_delivered(
    sandbox: Sandbox, fault: dict[str, Any], what: str
) -> None:
    """The reply is healthy, the rule has fired, and the journal does not call it delivered."""
    healthy, _ = await ask(sandbox, what)
    sandbox.replace_rules(parse_rules([{"fault": fault}]))

    received, _ = await ask(sandbox, what)

    (status,) = sandbox.plan_status()
    assert steady(received.data) == steady(healthy.data)
    assert (status.fired, status.delivered) == (1, 0)


async def test_faults_of_one_rule_are_seen_together(sandbox: Sandbox, healthy: Healthy) -> None:
    """A late first token, CRLF, a comment, and a reset after two chunks, in one reply."""
    faults = [
        {"kind": "slow_first_token", "seconds": 0.1},
        {"kind": "line_ends", "eol": "crlf"},
        {"kind": "comments", "every_s": 0.05, "for_s": 0.05, "before_chunk": 2},
        {"kind": "cut_stream", "after_chunks": 2, "how": "rst"},
    ]
    sandbox.replace_rules(parse_rules([{"faults": faults}]))

    received, sent_ns = await ask(sandbox, "stream")

    first, second = (payload + b"\r\n\r\n" for payload in healthy.chunks[:2])
    assert steady(received.data) == chunked(first, b": ping\r\n\r\n", second, end=b"")
    assert received.ending == "rst"
    judge_pause(Pause(0.15, second, b"\r\n\r\n"), healthy, received, sent_ns)


async def test_an_event_comes_in_several_data_lines(sandbox: Sandbox, healthy: Healthy) -> None:
    """In SSE: the payload indented, each of its lines a `data:` field with its own line end."""
    faults = [
        {"kind": "stream_style", "style": "sse", "marker": True},
        {"kind": "data_lines"},
        {"kind": "line_ends", "eol": "crlf"},
    ]
    sandbox.replace_rules(parse_rules([{"faults": faults}]))

    received, _ = await ask(sandbox, "stream")

    indented = [
        orjson.dumps(orjson.loads(payload), option=orjson.OPT_INDENT_2).split(b"\n")
        for payload in healthy.chunks
    ]
    events = [b"".join(b"data: " + line + b"\r\n" for line in lines) for lines in indented]
    assert steady(received.data) == chunked(
        *(event + b"\r\n" for event in events), b"data: [DONE]\r\n\r\n"
    )
    assert received.ending == "fin"
    assert sandbox.plan_status()[0].delivered == 1


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_cut_waits_for_what_came_before_it(sandbox: Sandbox, how: str) -> None:
    """Three megabytes to a client that is slow to read arrive to the last byte before the cut."""
    faults = [
        {"kind": "status", "status": 200, "body": "x" * 4_000_000},
        {"kind": "cut_body", "after_bytes": 3_000_000, "how": how},
    ]
    sandbox.replace_rules(parse_rules([{"faults": faults}]))
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(ASKED["json"])
        assert await sandbox.journal.wait_for(
            lambda journal: any(exchange.sent for exchange in journal.exchanges()), timeout_s=5.0
        )
        await asyncio.sleep(0.1)  # the server is stuck on a full socket by now

        received = await client.read()

    assert (len(received.body), received.ending) == (3_000_000, how)
    assert received.header("content-length") == "4000000"


def test_every_fault_is_tested_on_the_wire() -> None:
    """A kind without a case here or in a file beside has not been seen by anybody."""
    beside = (test_on_the_wire_answers, test_on_the_wire_connections, test_on_the_wire_streams)
    seen = {case.kind for case in [*NOOP, *FAULTY]} | TESTED_BELOW
    seen |= {kind for file in beside for kind in file.KINDS}

    assert seen == set(FAULTS)
