"""A raw socket client: sends bytes, collects bytes with their times, and tells how it ended."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import orjson

LONG_S = 5.0
"""How long a test waits for something that is bound to come."""


@dataclass(slots=True)
class Received:
    """What came in: each read with its monotonic nanoseconds, and the ending.

    ``ending`` is ``fin``, ``rst``, or ``open`` when the time was up first.
    """

    reads: list[tuple[int, bytes]] = field(default_factory=list)
    ending: str = "open"
    ended_ns: int = 0

    @property
    def data(self) -> bytes:
        return b"".join(data for _, data in self.reads)

    @property
    def head(self) -> bytes:
        """The head of the (first) response, without the empty line."""
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        """Everything behind the first head, framing included."""
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def status(self) -> int:
        return int(self.head.split(b" ", 2)[1])

    def header(self, name: str) -> str | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.decode("latin-1").partition(": ")
            if key.lower() == name.lower():
                return value
        return None

    @property
    def json(self) -> object:
        return orjson.loads(self.body)


class RawClient:
    """One TCP connection to a server on this machine."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Connect to the host and port of a URL; ConnectionRefusedError when nobody listens."""
        address = urlsplit(url)
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.get_running_loop().sock_connect(sock, (address.hostname, address.port))
        except BaseException:
            sock.close()
            raise
        return cls(sock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._sock, data)

    async def read(self, timeout_s: float = LONG_S, *, until: bytes | None = None) -> Received:
        """Read until the connection ends, the bytes ``until`` came in, or the time is up."""
        received = Received()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                while until is None or until not in received.data:
                    data = await loop.sock_recv(self._sock, 65536)
                    received.reads.append((time.monotonic_ns(), data))
                    if not data:
                        received.reads.pop()
                        received.ending = "fin"
                        break
        except ConnectionResetError:
            received.ending = "rst"
        except TimeoutError:
            received.ending = "open"
        received.ended_ns = time.monotonic_ns()
        return received

    async def read_reply(self, timeout_s: float = LONG_S) -> Received:
        """Read one whole reply by its framing, and leave the connection as it is."""
        received = await self.read(timeout_s, until=b"\r\n\r\n")
        length = received.header("content-length")
        if length is not None:
            while len(received.body) < int(length):
                await self._more(received, timeout_s)
        elif received.header("transfer-encoding") == "chunked":
            while not received.data.endswith(b"0\r\n\r\n"):
                await self._more(received, timeout_s)
        return received

    async def _more(self, received: Received, timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            data = await asyncio.get_running_loop().sock_recv(self._sock, 65536)
        assert data, f"the connection ended in the middle: {received.data!r}"
        received.reads.append((time.monotonic_ns(), data))

    def shut(self) -> None:
        """Close the sending half with a FIN, and go on reading."""
        self._sock.shutdown(socket.SHUT_WR)

    def leave(self) -> None:
        """Close with a FIN (where nothing is unread)."""
        self._sock.close()

    def reset(self) -> None:
        """Close with an RST."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()


def request(
    path: str = "/v1/chat/request",
    body: object = None,
    *,
    method: str = "POST",
    key: str | None = "pawa-dev-key",
    headers: tuple[tuple[str, str], ...] = (),
    version: str = "HTTP/1.1",
) -> bytes:
    """The bytes of a request; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} {version}", "Host: 127.0.0.1"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    lines += [f"{name}: {value}" for name, value in headers]
    lowered = {name.lower() for name, _ in headers}
    if data and not lowered & {"content-length", "transfer-encoding"}:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def chat(text: str = "Habari", *, stream: bool = False, **fields: object) -> dict[str, object]:
    """The body of a chat request."""
    message = {"role": "user", "content": [{"type": "text", "text": text}]}
    return {"model": "pawa-v1-ember-20240924", "messages": [message], "stream": stream, **fields}


def unchunked(body: bytes) -> tuple[list[bytes], bytes]:
    """The whole chunks of a chunked body, and the bytes behind them (empty when it is complete)."""
    chunks: list[bytes] = []
    while True:
        line, found, rest = body.partition(b"\r\n")
        if not found:
            return chunks, body
        size = int(line, 16)
        if size == 0 and rest == b"\r\n":
            return chunks, b""
        if len(rest) < size + 2:
            return chunks, body
        chunks.append(rest[:size])
        body = rest[size + 2 :]
