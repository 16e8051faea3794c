"""Faults of connections and time as a raw socket client sees them, beyond a single reply."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.faults.rules import parse_rules
from tests.mockserver.faults.wire_cases import (
    JSON,
    LATE_S,
    NS_PER_S,
    Case,
    Healthy,
    Pause,
    ask,
    chunked,
    head,
    judged,
    sized,
    steady,
    told_from_the_noop,
)
from tests.mockserver.rawclient import RawClient, chat, request

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox

EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
ASKED = request(
    "/v1/vectors/embedding", {"model": "pawa-embeddings-v1-20241001", "sentences": ["moja"]}
)


def lengths(body: bytes, first: int) -> bytes:
    length = f"Content-Length: {len(body)}"
    return head("200 OK", JSON, length, after=(f"Content-Length: {first}",)) + body


def both(body: bytes) -> bytes:
    after = (f"Content-Length: {len(body)}",)
    top = head("200 OK", JSON, "Transfer-Encoding: chunked", after=after)
    return top + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


CASES = [
    Case(
        "slow_headers",
        lambda healthy: sized(healthy.json),
        {"by": "line", "interval_s": 0.03},
        "json",
        pause=Pause(0.18, b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n"),
    ),
    Case(
        "interim_responses",
        lambda healthy: PROCESSING + EARLY_HINTS + sized(healthy.json),
        {"statuses": [102, 103], "interval_s": 0.05},
        "json",
        pause=Pause(0.1, b"HTTP/1.1 200", PROCESSING),
    ),
    Case(
        "interim_responses",
        lambda healthy: b"HTTP/1.1 100 Continue\r\n\r\n" + chunked(*healthy.lines),
        {"statuses": [100]},
    ),
    Case("blackhole", lambda _: b"", {}, "json", ending="open"),
    Case(
        "conflicting_framing",
        lambda healthy: lengths(healthy.json, len(healthy.json)),
        {"how": "same_lengths"},
        "json",
    ),
    Case(
        "conflicting_framing",
        lambda healthy: lengths(healthy.json, len(healthy.json) + 10),
        {"how": "differing_lengths"},
        "json",
    ),
    Case("conflicting_framing", lambda healthy: both(healthy.json), {}, "json"),
    Case("until_close", lambda healthy: head("200 OK", JSON, "") + healthy.json, {}, "json"),
    Case(
        "until_close",
        lambda healthy: head("200 OK", "text/event-stream", "") + b"".join(healthy.lines),
    ),
    Case(
        "extra_bytes",
        lambda healthy: sized(healthy.json) + b"HTTP/1.1 200 OK\r\n",
        {"data": "HTTP/1.1 200 OK\r\n"},
        "json",
    ),
    Case("extra_bytes", lambda healthy: chunked(*healthy.lines) + b"surplus"),
    Case(
        "connection_close",
        lambda healthy: sized(healthy.json).replace(b"Connection: close\r\n", b""),
        {"announced": False},
        "json",
    ),
]
OTHERS = {"close_on_next_request", "close_idle", "slow_accept", "hold_until_released", "freeze"}
KINDS = {case.kind for case in CASES} | OTHERS


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


@pytest.mark.parametrize("kind", ["slow_headers", "noop"])
async def test_a_head_comes_byte_by_byte(sandbox: Sandbox, healthy: Healthy, kind: str) -> None:
    """Every byte of it is a write of its own; the body is one."""
    plan(sandbox, {"kind": "slow_headers", "by": "byte", "interval_s": 0.0001}, kind)

    received, _ = await ask(sandbox, "json")

    assert steady(received.data) == sized(healthy.json)
    assert await delivered(sandbox)
    sent = sandbox.journal.exchanges()[-1].sent
    lengths = [part.length for part in sent if part.kind == "head"]
    whole = len(received.head) + 4
    assert lengths == ([1] * whole if kind == "slow_headers" else [whole])
    assert [part.kind for part in sent].count("body") == 1


def plan(sandbox: Sandbox, fault: dict[str, Any], kind: str | None = None, **rule: Any) -> None:
    """A rule with the fault, or with another kind that has no settings."""
    chosen = fault if kind in {None, fault["kind"]} else {"kind": kind}
    sandbox.replace_rules(parse_rules([{**rule, "fault": chosen}]))


async def delivered(sandbox: Sandbox) -> bool:
    return await sandbox.journal.wait_for(
        lambda _: sandbox.plan_status()[0].delivered == 1, timeout_s=5.0
    )


@pytest.mark.parametrize(
    ("kind", "announced"), [("connection_close", True), ("connection_close", False), ("noop", None)]
)
async def test_a_close_behind_the_reply_is_announced_or_not(
    sandbox: Sandbox, kind: str, announced: bool | None
) -> None:
    """To a client that wants to stay: the whole reply, and FIN; with a word of it only if asked."""
    plan(sandbox, {"kind": "connection_close", "announced": announced or False}, kind)
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(ASKED)
        reply = await client.read_reply()
        after = await client.read(0.3)

    assert reply.status == 200
    assert (reply.header("connection") == "close") is (announced is True)
    assert (after.data, after.ending) == (b"", "open" if kind == "noop" else "fin")


@pytest.mark.parametrize(
    ("kind", "how", "ending"),
    [
        ("close_on_next_request", "fin", "fin"),
        ("close_on_next_request", "rst", "rst"),
        ("noop", "fin", "open"),
    ],
)
async def test_a_pooled_connection_ends_when_it_is_used_again(
    sandbox: Sandbox, kind: str, how: str, ending: str
) -> None:
    """The reply is whole and the socket stays; the next request's first byte is its end."""
    plan(sandbox, {"kind": "close_on_next_request", "how": how}, kind, when={"times": 1})
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(ASKED)
        reply = await client.read_reply()
        idle = await client.read(0.1)
        await client.send(ASKED[:1])
        after = await client.read(0.3)

    assert (reply.status, idle.ending) == (200, "open")
    assert reply.header("connection") is None
    assert (after.data, after.ending) == (b"", ending)
    assert len(sandbox.journal.exchanges()) == 1
    assert await delivered(sandbox)


async def test_a_request_that_is_there_already_is_the_next_one(sandbox: Sandbox) -> None:
    """Two requests in one packet: the second is not answered."""
    plan(sandbox, {"kind": "close_on_next_request"}, when={"times": 1})
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(ASKED * 2)
        received = await client.read()

    assert received.data.count(b"HTTP/1.1") == 1
    assert received.ending == "fin"


@pytest.mark.parametrize(
    ("kind", "how", "ending"),
    [("close_idle", "fin", "fin"), ("close_idle", "rst", "rst"), ("noop", "fin", "open")],
)
async def test_idle_connections_go_and_the_others_stay(
    sandbox: Sandbox, kind: str, how: str, ending: str
) -> None:
    """Of three connections one waits for a held reply, one is idle, and one asks."""
    rules = [
        {"match": {"stream": True}, "fault": {"kind": "hold"}},
        {"fault": {"kind": kind, "how": how} if kind == "close_idle" else {"kind": kind}},
    ]
    sandbox.replace_rules(parse_rules(rules))
    busy, idle = [await RawClient.connect(sandbox.base_url) for _ in range(2)]
    async with busy, idle:
        await busy.send(request(body=chat(stream=True)))
        assert await sandbox.journal.wait_for(lambda journal: journal.in_flight == 1, timeout_s=5.0)
        reply, _ = await ask(sandbox, "json")
        gone = await idle.read(0.3)
        stays = await busy.read(0.1)

    assert reply.status == 200
    assert (gone.ending, stays.ending) == (ending, "open")
    assert sandbox.plan_status()[1].delivered == 1


async def test_where_none_is_idle_nothing_was_closed(sandbox: Sandbox) -> None:
    """The rule has fired and its fault was not delivered."""
    plan(sandbox, {"kind": "close_idle"})

    await ask(sandbox, "json")

    (status,) = sandbox.plan_status()
    assert (status.fired, status.delivered) == (1, 0)


@pytest.mark.parametrize("kind", ["slow_accept", "noop"])
async def test_connections_that_come_later_wait(sandbox: Sandbox, kind: str) -> None:
    """The request that finds out is answered at once, the next connection after the delay."""
    plan(sandbox, {"kind": "slow_accept", "seconds": 0.6}, kind, when={"times": 1})
    first, sent_ns = await ask(sandbox, "json")
    prompt_s = (first.ended_ns - sent_ns) / NS_PER_S

    # The wait is that of the connection, which begins before the request is sent.
    began_ns = time.monotonic_ns()
    second, _ = await ask(sandbox, "json")
    waited_s = (second.reads[0][0] - began_ns) / NS_PER_S

    assert (first.status, second.status) == (200, 200)
    assert prompt_s < 0.6
    assert (waited_s >= 0.6) is (kind == "slow_accept")
    assert waited_s <= 0.6 + LATE_S
    assert sandbox.plan_status()[0].delivered == 1


async def test_slow_accept_ends_after_its_time(sandbox: Sandbox) -> None:
    """And with the rules, when they are replaced."""
    plan(sandbox, {"kind": "slow_accept", "seconds": 60, "duration_s": 0.05}, when={"times": 1})
    await ask(sandbox, "json")
    await asyncio.sleep(0.1)
    after, _ = await ask(sandbox, "json")
    plan(sandbox, {"kind": "slow_accept", "seconds": 60}, when={"times": 1})
    await ask(sandbox, "json")
    sandbox.replace_rules(())
    last, _ = await ask(sandbox, "json")

    assert (after.status, last.status) == (200, 200)


@pytest.mark.parametrize(("kind", "ending"), [("blackhole", "open"), ("hold", "fin")])
async def test_a_black_hole_does_not_answer_a_fin(sandbox: Sandbox, kind: str, ending: str) -> None:
    """Who closes its half gets nothing back; a mere silence lets go."""
    plan(sandbox, {"kind": kind})
    client = socket.create_connection(("127.0.0.1", sandbox.port), timeout=5.0)
    with client:
        client.sendall(ASKED)
        assert await delivered(sandbox)
        client.shutdown(socket.SHUT_WR)
        client.setblocking(False)
        received = await RawClient(client).read(0.3)

    assert (received.data, received.ending) == (b"", ending)
    (exchange,) = sandbox.journal.exchanges()
    assert exchange.ending == "client_left"


async def test_a_black_hole_lets_go_in_the_end(sandbox: Sandbox) -> None:
    """After deaf_s its socket is closed: nobody fills the server with them."""
    plan(sandbox, {"kind": "blackhole", "deaf_s": 0.1})
    client = socket.create_connection(("127.0.0.1", sandbox.port), timeout=5.0)
    with client:
        client.sendall(ASKED)
        client.shutdown(socket.SHUT_WR)
        client.setblocking(False)
        began = time.monotonic()
        received = await RawClient(client).read(5.0)

    assert (received.data, received.ending) == (b"", "fin")
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("kind", ["hold_until_released", "noop"])
async def test_replies_wait_at_a_gate_until_all_are_let_go(
    sandbox: Sandbox, healthy: Healthy, kind: str
) -> None:
    """Three requests come to the gate, none is answered; then all are, whole."""
    held = kind == "hold_until_released"
    plan(sandbox, {"kind": "hold_until_released", "gate": "go"}, kind)
    asking = [asyncio.ensure_future(ask(sandbox, "json")) for _ in range(3)]

    assert await sandbox.holds.wait_parked("go", 3, 5.0 if held else 0.2) is held
    assert all(one.done() for one in asking) is not held
    assert sandbox.plan_status()[0].delivered == 3
    assert sandbox.release("go") == (3 if held else 0)

    for received, _ in await asyncio.gather(*asking):
        assert steady(received.data) == sized(healthy.json)
    assert sandbox.plan_status()[0].delivered == 3


async def test_a_stream_waits_in_its_middle(sandbox: Sandbox, healthy: Healthy) -> None:
    """Two chunks, the gate, and when it opens the others."""
    plan(sandbox, {"kind": "hold_until_released", "gate": "go", "after_chunks": 2})
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat(stream=True), headers=(("Connection", "close"),)))
        assert await sandbox.holds.wait_parked("go")
        before = await client.read(0.2)
        sandbox.release("go")
        after = await client.read()

    assert steady(before.data) == chunked(*healthy.lines[:2], end=b"")
    assert steady(before.data + after.data) == chunked(*healthy.lines)
    assert await delivered(sandbox)


async def test_a_gate_has_a_limit_and_a_client_need_not_wait(sandbox: Sandbox) -> None:
    """After limit_s the reply goes on by itself; a client that leaves is parked no more."""
    plan(sandbox, {"kind": "hold_until_released", "gate": "go", "limit_s": 0.1})
    received, sent_ns = await ask(sandbox, "json")
    assert received.status == 200
    assert (received.reads[0][0] - sent_ns) / NS_PER_S >= 0.1

    plan(sandbox, {"kind": "hold_until_released", "gate": "go", "limit_s": None})
    client = await RawClient.connect(sandbox.base_url)
    await client.send(ASKED)
    assert await sandbox.holds.wait_parked("go")
    client.leave()
    assert await sandbox.journal.wait_for(lambda journal: journal.in_flight == 0, timeout_s=5.0)
    assert sandbox.holds.parked("go") == 0


@pytest.mark.parametrize("kind", ["freeze", "noop"])
async def test_a_frozen_server_answers_nobody_and_then_all_at_once(
    sandbox: Sandbox, healthy: Healthy, kind: str
) -> None:
    """Requests of that time wait for its end, those that no rule is about too."""
    match = {"stream": True}
    plan(sandbox, {"kind": "freeze", "seconds": 0.5}, kind, match=match, when={"times": 1})
    first = asyncio.ensure_future(ask(sandbox, "stream"))
    assert await delivered(sandbox)

    others = [await ask(sandbox, "json") for _ in range(2)]
    streamed, sent_ns = await first

    waited_s = (others[0][0].reads[0][0] - sent_ns) / NS_PER_S
    assert (waited_s >= 0.5) is (kind == "freeze")
    assert waited_s <= 0.5 + LATE_S
    assert steady(streamed.data) == chunked(*healthy.lines)
    assert [steady(received.data) for received, _ in others] == [sized(healthy.json)] * 2
    assert not sandbox.freeze.active
    (status,) = sandbox.plan_status()
    assert (status.fired, status.delivered) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        ({"kind": "hold"}, "json"),
        ({"kind": "freeze", "seconds": 60}, "json"),
        ({"kind": "hold", "seconds": 60}, "json"),
        ({"kind": "silence_after_headers"}, "json"),
        ({"kind": "stall", "after_chunks": 2}, "stream"),
        ({"kind": "marker_open"}, "stream"),
        ({"kind": "error_chunk", "after_chunks": 1, "close": "open"}, "stream"),
        ({"kind": "late_marker", "seconds": 60}, "stream"),
        ({"kind": "blackhole"}, "json"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["kind"],
)
async def test_what_is_held_open_is_delivered_while_it_is(
    sandbox: Sandbox, fault: dict[str, Any], what: str
) -> None:
    """A client may sit on the open socket for as long as it likes: the fault has begun."""
    plan(sandbox, fault)
    asked = request(body=chat(stream=True)) if what == "stream" else ASKED
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(asked)

        assert await delivered(sandbox)
        (exchange,) = sandbox.journal.exchanges()
        assert exchange.delivered
        assert exchange.ending == "in_progress"
