"""A raw server for the tests: it answers with the very bytes and ending that a test asks for.

The n-th request gets the n-th script; the last script answers all further ones.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

PROMPT_S = 5.0
"""How long a test waits for what is bound to happen soon."""


@dataclass(slots=True)
class Request:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    at_s: float
    raw_head: bytes

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)
        return value


@dataclass(slots=True)
class Wire:
    """The server's end of a connection, while a script answers a request on it."""

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sent_at_s: float = 0.0

    async def send(self, data: bytes) -> None:
        self.sent_at_s = time.monotonic()
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: int = 200, reason: str = "X", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} {reason}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def chunk(self, data: bytes) -> None:
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def last_chunk(self) -> None:
        await self.send(b"0\r\n\r\n")

    def fin(self) -> None:
        self.writer.close()

    async def rst(self) -> None:
        """Resets the connection, once the client's kernel has what was sent before."""
        await asyncio.sleep(0.02)
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_client_leaves(self) -> float:
        """Waits for the client's end; returns when it came."""
        with suppress(ConnectionError):
            await asyncio.wait_for(self.reader.read(), PROMPT_S)
        return time.monotonic()


Script = Callable[[Wire], Awaitable[None]]


async def eventually(condition: Callable[[], bool]) -> bool:
    """Waits until a condition holds; False when it did not in time."""
    give_up_s = time.monotonic() + PROMPT_S
    while not condition() and time.monotonic() < give_up_s:  # noqa: ASYNC110 - any condition
        await asyncio.sleep(0.002)
    return condition()


@dataclass(slots=True)
class RawServer:
    """What a running server has seen."""

    scripts: tuple[Script, ...]
    base_url: str = ""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    trouble: list[BaseException] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_connections += 1
        number = self.connections
        try:
            while not writer.is_closing():
                request = await _read_request(reader, number)
                self.requests.append(request)
                script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
                await script(Wire(request, reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as error:
            self.trouble.append(error)
            raise
        finally:
            self.open_connections -= 1
            writer.close()

    async def all_closed(self) -> bool:
        """Waits until no connection is open."""
        return await eventually(lambda: not self.open_connections)

    async def has_requests(self, count: int = 1) -> bool:
        """Waits until so many requests have arrived."""
        return await eventually(lambda: len(self.requests) >= count)


@asynccontextmanager
async def raw_server(*scripts: Script) -> AsyncIterator[RawServer]:
    """A server on a free port of the loopback."""
    state = RawServer(scripts)
    server = await asyncio.start_server(state.serve, "127.0.0.1", 0)
    state.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield state
    finally:
        server.close()
        await state.all_closed()
    assert state.trouble == []


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Request:
    raw_head = await reader.readuntil(b"\r\n\r\n")
    at_s = time.monotonic()
    first, *lines = raw_head.decode().strip().split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(first.split()[1], headers, body, connection, at_s, raw_head)


def answers(body: bytes | str | dict[str, Any] = b"", status: int = 200, **headers: str) -> Script:
    """A script: one whole answer with a right Content-Length."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    data = data.encode() if isinstance(data, str) else data

    async def script(wire: Wire) -> None:
        await wire.head(status, Content_Length=str(len(data)), **headers)
        await wire.send(data)

    return script


def says(text: str = "Habari", **headers: str) -> Script:
    """A script: a good chat answer."""
    return answers(chat_body(text), 200, **headers)


def fails(status: int, message: str = "no", **headers: str) -> Script:
    """A script: an error in Pawa's envelope."""
    return answers({"success": False, "message": message, "data": None}, status, **headers)


def chat_body(text: str = "Habari", finish: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "success": True,
        "message": "Chat request processed successfully",
        "data": {
            "request": [{"finish_reason": finish, "message": message}],
            "model": "pawa-v1-ember-20240924",
            "usage": {"tokens_in": 10, "tokens_out": 5},
        },
    }


def chunk_of(text: str) -> bytes:
    """A documented stream chunk as bare JSON."""
    data = {"id": None, "message": {"role": "assistant", "content": text}}
    return json.dumps({"success": True, "message": "ok", "data": data}, ensure_ascii=False).encode()


def final_chunk(finish: str = "stop") -> bytes:
    """A last chunk with finish reason and usage."""
    usage = {"tokens_in": 3, "tokens_out": 4}
    data = {"message": {"content": ""}, "finish_reason": finish, "usage": usage}
    return json.dumps({"success": True, "message": "ok", "data": data}).encode()


def streams(*payloads: bytes, framing: bytes = b"", eol: bytes = b"\n") -> Script:
    """A script: a whole stream, one event for each payload."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked", Content_Type="text/event-stream")
        for payload in payloads:
            await wire.chunk(framing + payload + eol + eol)
        await wire.last_chunk()

    return script


async def holds(wire: Wire) -> None:
    """A script: silence until the client leaves."""
    await wire.until_client_leaves()


async def resets(wire: Wire) -> None:
    """A script: a reset before any byte of an answer."""
    await wire.rst()


async def closes(wire: Wire) -> None:
    """A script: a close before any byte of an answer."""
    wire.fin()
