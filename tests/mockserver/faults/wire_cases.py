"""What the tests on the wire have in common: a sandbox, cases, and how a case is judged.

Requests ask for ``Connection: close``, so a reply that is whole ends in FIN, and ``open`` means
that a fault kept the socket. What a fault changes is written down byte by byte; only the text of
the healthy reply is taken from the server, from a request without a rule.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.faults.rules import parse_rules
from tests.mockserver.rawclient import RawClient, Received, chat, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.sandbox import Sandbox

CHUNKS = 6
WATCHED_S = 0.3
"""How long an open socket is watched for an ending that must not come."""
LATE_S = 0.5
"""How much later than planned a byte may arrive."""
NS_PER_S = 1_000_000_000

CLOSE = (("Connection", "close"),)
ASKED = {
    "stream": request(body=chat(stream=True), headers=CLOSE),
    "json": request(
        "/v1/vectors/embedding",
        {"model": "pawa-embeddings-v1-20241001", "sentences": ["moja", "mbili", "tatu"]},
        headers=CLOSE,
    ),
}


@dataclass(frozen=True)
class Healthy:
    """The text of the healthy replies: the JSON body, and each chunk's payload."""

    json: bytes
    chunks: tuple[bytes, ...]

    @property
    def vectors(self) -> list[Any]:
        found: list[Any] = orjson.loads(self.json)["data"]["embeddings"]
        return found

    @property
    def lines(self) -> list[bytes]:
        """The stream's events in their default framing, the marker last."""
        return [*(chunk + b"\n\n" for chunk in self.chunks), b"[DONE]\n\n"]


@dataclass(frozen=True)
class Pause:
    """Bytes that must not come sooner than so many seconds after the request.

    ``after`` are the bytes before the pause: they arrive well before its end, or the pause was
    not where it should be.
    """

    seconds: float
    until: bytes | Callable[[Healthy], bytes]
    after: bytes | Callable[[Healthy], bytes] = b""


@dataclass(frozen=True)
class Case:
    """A fault, what is asked for, and what must be seen."""

    kind: str
    seen: Callable[[Healthy], bytes]
    settings: dict[str, Any] = field(default_factory=dict)
    ask: str = "stream"
    ending: str = "fin"
    pause: Pause | None = None

    @property
    def name(self) -> str:
        words = [f"{key}={value}" for key, value in self.settings.items()]
        return "-".join([self.kind, self.ask, *words])

    @property
    def fault(self) -> dict[str, Any]:
        return {"kind": self.kind, **self.settings}


def head(status: str, kind: str, framing: str, *headers: str, after: tuple[str, ...] = ()) -> bytes:
    """The head of a reply, with what differs from time to time written as X.

    ``after`` are headers that a fault puts behind the others.
    """
    lines = [
        f"HTTP/1.1 {status}",
        *([f"Content-Type: {kind}"] if kind else []),
        *headers,
        "X-Request-Id: X",
        *after,
        "Date: X",
        *([framing] if framing else []),
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def sized(body: bytes, *, length: int | None = None, status: str = "200 OK") -> bytes:
    """A JSON reply with a Content-Length, true or not."""
    size = len(body) if length is None else length
    return head(status, "application/json", f"Content-Length: {size}") + body


def answer(status: str, kind: str, body: bytes, *headers: str) -> bytes:
    return head(status, kind, f"Content-Length: {len(body)}", *headers) + body


def failure(status: str, message: str, *headers: str) -> bytes:
    body = b'{"success":false,"message":"%b","data":null}' % message.encode()
    return answer(status, "application/json", body, *headers)


def spent(status: str) -> bytes:
    text = b'"success":false,"message":"Budget limit exceeded","code":"budget_exceeded"'
    return answer(status, "application/json", b'{%b,"data":null}' % text)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", kind: str = "text/event-stream") -> bytes:
    """A chunked reply; ``end`` is what follows the last whole chunk."""
    return head("200 OK", kind, "Transfer-Encoding: chunked") + b"".join(map(chunk, chunks)) + end


def portions(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def indexed(healthy: Healthy) -> list[dict[str, Any]]:
    return [{"index": at, "embedding": vector} for at, vector in enumerate(healthy.vectors)]


def with_items(healthy: Healthy, entries: list[Any]) -> bytes:
    document = orjson.loads(healthy.json)
    document["data"]["embeddings"] = entries
    return sized(orjson.dumps(document))


OVERLOADED = (
    b'{"success":false,"message":"The model is overloaded","code":"overloaded","data":null}'
)
ITEM_ERROR = {"code": "invalid_item", "message": "The item could not be processed"}
PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>502 Bad Gateway</h1></body></html>\n"
)
PROBLEM = b'{"type":"about:blank","title":"Busy","status":503,"code":"busy"}'
JSON = "application/json"


async def ask(sandbox: Sandbox, what: str, timeout_s: float = 5.0) -> tuple[Received, int]:
    """Send a request on a connection of its own; what came in, and when it was sent."""
    async with await RawClient.connect(sandbox.base_url) as client:
        sent_ns = time.monotonic_ns()
        await client.send(ASKED[what])
        return await client.read(timeout_s), sent_ns


async def suffer(sandbox: Sandbox, case: Case, fault: dict[str, Any]) -> tuple[Received, int]:
    """Ask what a case asks while a fault is in force."""
    sandbox.replace_rules(parse_rules([{"fault": fault}]))
    return await ask(sandbox, case.ask, WATCHED_S if case.ending == "open" else 5.0)


def steady(data: bytes) -> bytes:
    """Received bytes with what differs from time to time written as X."""
    return re.sub(rb"(\r\n(?:X-Request-Id|Date): )[^\r]+", rb"\1X", data)


def arrival_ns(received: Received, wanted: bytes) -> int:
    """When the bytes that a client waits for had come in."""
    data = b""
    for at_ns, part in received.reads:
        data += part
        if wanted in data:
            return at_ns
    raise AssertionError(f"{wanted!r} did not come in")


def judge(case: Case, healthy: Healthy, received: Received, sent_ns: int) -> None:
    """The bytes, the ending, and the pause of a case."""
    assert steady(received.data) == case.seen(healthy)
    assert received.ending == case.ending
    if case.pause is not None:
        judge_pause(case.pause, healthy, received, sent_ns)


def judge_pause(pause: Pause, healthy: Healthy, received: Received, sent_ns: int) -> None:
    """Neither too early nor too late, and what comes before the pause comes before it."""
    until, after = (
        wanted(healthy) if callable(wanted) else wanted for wanted in (pause.until, pause.after)
    )
    came_ns = arrival_ns(received, until)
    waited_s = (came_ns - sent_ns) / NS_PER_S
    assert pause.seconds <= waited_s <= pause.seconds + LATE_S
    if after:
        assert came_ns - arrival_ns(received, after) >= pause.seconds * NS_PER_S / 2


async def judged(sandbox: Sandbox, healthy: Healthy, case: Case) -> None:
    """Bytes, ending and pause are as written down, and the rule counts as delivered."""
    received, sent_ns = await suffer(sandbox, case, case.fault)

    judge(case, healthy, received, sent_ns)
    assert await sandbox.journal.wait_for(
        lambda _: sandbox.plan_status()[0].delivered == 1, timeout_s=5.0
    )


async def told_from_the_noop(sandbox: Sandbox, healthy: Healthy, case: Case) -> None:
    """The same check fails on a reply with which nothing is wrong: it can tell the difference."""
    received, sent_ns = await suffer(sandbox, case, {"kind": "noop"})

    with pytest.raises(AssertionError):
        judge(case, healthy, received, sent_ns)
