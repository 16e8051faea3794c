"""Faults of streams as a raw socket client sees them: the exact bytes, the ending, the pause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.faults.rules import parse_rules
from tests.mockserver.faults.wire_cases import (
    Case,
    Healthy,
    Pause,
    ask,
    chunked,
    judged,
    steady,
    told_from_the_noop,
)

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox


def data_of(payload: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(payload)["data"]
    return found


def final(healthy: Healthy) -> bytes:
    """What ends a stream that ran out of tokens."""
    document = orjson.loads(healthy.chunks[0])
    document["data"]["message"]["content"] = ""
    document["data"]["finish_reason"] = "length"
    return orjson.dumps(document) + b"\n\n"


def other_shape(payload: bytes) -> bytes:
    document = orjson.loads(payload)
    message = document["data"]["message"]
    document["data"] = {"request": [{"finish_reason": None, "message": message}]}
    return orjson.dumps(document) + b"\n\n"


def spoilt(payload: bytes) -> bytes:
    at = payload.rindex(b':"') + 2
    return payload[:at] + b"\xe2\x82" + payload[at:] + b"\n\n"


ORDER = [
    Case(
        "duplicate_chunk",
        lambda healthy: chunked(
            *healthy.lines[:3], healthy.lines[2], healthy.lines[2], *healthy.lines[3:]
        ),
        {"after_chunks": 2, "copies": 2},
    ),
    Case(
        "missing_chunk",
        lambda healthy: chunked(*healthy.lines[:2], *healthy.lines[4:]),
        {"after_chunks": 2, "count": 2},
    ),
    Case(
        "reorder_chunks",
        lambda healthy: chunked(
            healthy.lines[0], *reversed(healthy.lines[1:4]), *healthy.lines[4:]
        ),
        {"after_chunks": 1, "count": 3},
    ),
]

WORDS = [
    Case(
        "length_finish",
        lambda healthy: chunked(*healthy.lines[:2], final(healthy), b"[DONE]\n\n"),
        {"after_chunks": 2},
    ),
    Case(
        "chunk_shape",
        lambda healthy: chunked(
            *healthy.lines[:2], *map(other_shape, healthy.chunks[2:]), b"[DONE]\n\n"
        ),
        {"after_chunks": 2},
    ),
    Case(
        "missing_fields",
        lambda healthy: chunked(
            *[
                orjson.dumps({"success": True, "data": data_of(payload)}) + b"\n\n"
                for payload in healthy.chunks
            ],
            b"[DONE]\n\n",
        ),
        {"fields": ["message"]},
    ),
    Case(
        "invalid_utf8",
        lambda healthy: chunked(healthy.lines[0], spoilt(healthy.chunks[1]), *healthy.lines[2:]),
        {"sequence": "truncated", "after_chunks": 1},
    ),
    Case(
        "huge_chunk",
        lambda healthy: chunked(
            healthy.lines[0],
            healthy.chunks[1] + b" " * 300_000 + b"\n\n",
            *healthy.lines[2:],
        ),
        {"after_chunks": 1, "bytes": 300_000},
    ),
]

MARKERS = [
    Case("two_markers", lambda healthy: chunked(*healthy.lines, b"[DONE]\n\n")),
    Case(
        "late_marker",
        lambda healthy: chunked(*healthy.lines),
        {"seconds": 0.15},
        pause=Pause(0.15, b"[DONE]", lambda healthy: healthy.chunks[-1]),
    ),
    Case(
        "early_marker",
        lambda healthy: chunked(*healthy.lines[:2], b"[DONE]\n\n", *healthy.lines[2:-1]),
        {"after_chunks": 2},
    ),
]

CASES = [*ORDER, *WORDS, *MARKERS]
KINDS = {case.kind for case in CASES} | {"no_finish_reason", "sse_fields"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_client_sees_exactly_this(sandbox: Sandbox, healthy: Healthy, case: Case) -> None:
    """Bytes, ending and pause are as written down, and the rule counts as delivered."""
    await judged(sandbox, healthy, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_noop_does_not_pass_for_it(
    sandbox: Sandbox, healthy: Healthy, case: Case
) -> None:
    """The same check fails on a reply with which nothing is wrong: it can tell the difference."""
    await told_from_the_noop(sandbox, healthy, case)


@pytest.mark.parametrize("kind", ["sse_fields", "noop"])
async def test_events_have_names_numbers_and_a_time_to_come_back(
    sandbox: Sandbox, healthy: Healthy, kind: str
) -> None:
    """In SSE each event has its fields before its data, the first one `retry:` as well."""
    fields = {"event": "chunk", "ids": True, "retry_ms": 3000} if kind == "sse_fields" else {}
    style = {"kind": "stream_style", "style": "sse", "marker": True}
    sandbox.replace_rules(parse_rules([{"faults": [style, {"kind": kind, **fields}]}]))

    received, _ = await ask(sandbox, "stream")

    payloads = [*healthy.chunks, b"[DONE]"]
    events = [
        b"event: chunk\nid: %d\n" % number
        + (b"retry: 3000\n" if number == 1 else b"")
        + b"data: "
        + payload
        + b"\n\n"
        for number, payload in enumerate(payloads, start=1)
    ]
    assert (steady(received.data) == chunked(*events)) is (kind == "sse_fields")
    assert sandbox.plan_status()[0].delivered == 1


@pytest.mark.parametrize("kind", ["no_finish_reason", "noop"])
async def test_nobody_says_why_the_model_stopped(sandbox: Sandbox, kind: str) -> None:
    """The final chunk is there, and its finish reason is not."""
    settings = sandbox.settings.stream.model_copy(update={"final_chunk": True})
    sandbox.replace_settings(sandbox.settings.model_copy(update={"stream": settings}))
    whole, _ = await ask(sandbox, "stream")
    sandbox.replace_rules(parse_rules([{"fault": {"kind": kind}}]))

    received, _ = await ask(sandbox, "stream")

    assert b"finish_reason" in whole.data
    assert (b"finish_reason" not in received.data) is (kind == "no_finish_reason")
    assert received.data.count(b'"success":true') == whole.data.count(b'"success":true')
    assert received.ending == "fin"
    assert sandbox.plan_status()[0].delivered == 1
