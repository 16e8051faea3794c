"""The load: what is asked, what is answered, and a generator that costs little itself."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace

import orjson

KEY = "bench-key"
CHUNKS = 21
WORDS = "Asubuhi mvua inanyesha mjini na wakulima wanaleta matunda sokoni mapema sana leo hii"

REPLY = {
    "success": True,
    "message": "Chat request processed successfully",
    "data": {
        "request": [
            {
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": " ".join([WORDS] * 6)},
                "matched_stop": 106,
            }
        ],
        "created": 1753304351,
        "model": "pawa-v1-ember-20240924",
        "object": "chat.request",
        "usage": {"tokens_in": 12, "tokens_out": 40},
    },
}
STREAM_CHUNK = {
    "success": True,
    "message": "Chunk completions generated successfully",
    "data": {
        "id": None,
        "conversationId": None,
        "feedback": None,
        "message": {"role": "assistant", "content": "Asubuhi njema"},
        "status": None,
        "createdAt": None,
        "updatedAt": None,
    },
}

RULES = [
    {
        "id": f"rule-{number}",
        "match": {"path": f"/chat/never-{number}*", "model": "pawa-v1-*"},
        "fault": {"kind": "status", "status": 503},
    }
    for number in range(14)
] + [
    {
        "id": f"chance-{number}",
        "match": {"path": "/chat/*"},
        "when": {"probability": 1e-9},
        "fault": {"kind": "status", "status": 500},
    }
    for number in range(6)
]
"""Twenty rules: most look at the path and the model, six draw and lose."""

EVERYTHING = {
    "keys": [{"id": "bench", "key": KEY}],
    "rules": [
        {
            "id": "hold",
            "match": {"header": {"x-bench": "hold"}},
            "fault": {"kind": "hold", "seconds": 0.5},
        },
        {
            "id": "idle",
            "match": {"header": {"x-bench": "idle"}},
            "fault": {"kind": "stall", "after_chunks": 1},
        },
        *RULES[2:],
    ],
    "rate_limit": {"requests_per_minute": 100_000_000},
    "budget": {"limit_units": 1e12},
    "replies": {"tokens": 78},
}


def request_bytes(
    *, stream: bool, number: int = 0, path: str = "/v1/chat/request", mark: str = ""
) -> bytes:
    """A whole request; ``number`` makes each a call of its own."""
    body = orjson.dumps(
        {
            "model": "pawa-v1-ember-20240924",
            "messages": [
                {"role": "user", "content": f"call-{number:012x} Habari za leo? Eleza bei za soko."}
            ],
            "max_tokens": CHUNKS - 1 if stream else 200,
            "stream": stream,
        }
    )
    extra = f"X-Bench: {mark}\r\n" if mark else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class Tally:
    """What came back: answers, and chunks of streams."""

    answers: int = 0
    chunks: int = 0
    received_bytes: int = 0
    delays_s: list[float] = field(default_factory=list)


class Asker(asyncio.Protocol):
    """One connection that asks again as soon as it has its answer."""

    def __init__(self, tally: Tally, *, stream: bool, first: int, path: str, mark: str) -> None:
        self._tally = tally
        self._stream = stream
        self._number = first
        self._path = path
        self._mark = mark
        self._buffer = b""
        self._asked_s = 0.0
        self.stopping = False
        self.done = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's promise
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._number += 1
        self._asked_s = time.perf_counter()
        asked = request_bytes(
            stream=self._stream, number=self._number, path=self._path, mark=self._mark
        )
        if self._transport is not None:
            self._transport.write(asked)

    def data_received(self, data: bytes) -> None:
        """Count, and ask again after the last byte."""
        self._buffer += data
        self._tally.received_bytes += len(data)
        if not (self._stream_over() if self._stream else self._body_over()):
            return
        self._tally.answers += 1
        self._tally.delays_s.append(time.perf_counter() - self._asked_s)
        self._buffer = b""
        if self.stopping:
            self._end()
        else:
            self._ask()

    def _body_over(self) -> bool:
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        return len(body) >= length

    def _stream_over(self) -> bool:
        if not self._buffer.endswith(b"\r\n0\r\n\r\n"):
            return False
        self._tally.chunks += self._buffer.count(b'{"success":true')
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The end of this connection."""
        self._end()

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _end(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def load(
    port: int,
    *,
    stream: bool,
    connections: int,
    duration_s: float,
    path: str = "/v1/chat/request",
    mark: str = "",
    spread_s: float = 0.0,
) -> tuple[Tally, float]:
    """Ask over so many connections for so long; what came back, and in how many seconds.

    ``spread_s`` spreads the first requests over a time, so that they do not all come at once.
    """
    loop, tally = asyncio.get_running_loop(), Tally()
    askers: list[Asker] = []
    started_s = time.perf_counter()
    for number in range(connections):
        asker = Asker(tally, stream=stream, first=number << 24, path=path, mark=mark)
        await loop.create_connection(lambda asker=asker: asker, "127.0.0.1", port)
        askers.append(asker)
        if spread_s:
            await asyncio.sleep(started_s + spread_s * number / connections - time.perf_counter())
    await asyncio.sleep(duration_s)
    for asker in askers:
        asker.stopping = True
    counted, elapsed_s = (
        replace(tally, delays_s=list(tally.delays_s)),
        time.perf_counter() - started_s,
    )
    await asyncio.wait([asker.done for asker in askers], timeout=10)
    for asker in askers:
        asker.close()
    return counted, elapsed_s
