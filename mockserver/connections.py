"""Connections: aiohttp's protocol, which also keeps the times and tells who left, and how.

aiohttp parses requests and keeps connections alive; the answers are written by
:mod:`mockserver.wire`, so what a handler returns to aiohttp is one of two finished responses,
:data:`KEEP` or :data:`CLOSE`.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import termios
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import TransferEncodingError
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from mockserver.clock import RealClock
from mockserver.exchange import OpenConnection

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from aiohttp import StreamReader
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.web_request import BaseRequest

    from mockserver.clock import Clock
    from mockserver.journal import Journal

FLUSH_LIMIT_S = 2.0
"""How long a cut waits for what was written before it to leave the socket."""

_FLUSH_POLL_S = 0.001
_GARBAGE_KEPT = 8 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_REAL_CLOCK = RealClock()


class FinishedResponse(web.StreamResponse):
    """What aiohttp is handed when the answer is on the wire already: it has nothing to write."""

    def __init__(self, *, keep_alive: bool) -> None:
        super().__init__()
        self._kept = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Whether the connection may serve another request."""
        return self._kept

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:  # noqa: ARG002 - aiohttp's signature
        """Write nothing."""
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Write nothing."""


KEEP = FinishedResponse(keep_alive=True)
CLOSE = FinishedResponse(keep_alive=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a request came in, in monotonic nanoseconds; ``garbage`` is what was no request."""

    first_byte_ns: int
    headers_ns: int
    garbage: bytes = b""


class Connection(RequestHandler):
    """One TCP connection, from accept to its end.

    ``over`` turns True the moment the other side has left or the server has let go of it;
    ``left_ns`` and ``left_how`` ("fin" or "rst") are set when it was the client. A client that
    closes only its own half (a FIN while it waits for the answer) counts as having left, as it
    does for aiohttp.
    """

    __slots__ = (
        "_arrivals",
        "_body",
        "_first_byte_ns",
        "_journal",
        "_pause",
        "_refuse",
        "left_how",
        "left_ns",
        "over",
        "record",
    )

    def __init__(
        self, server: ConnectionServer, *, loop: asyncio.AbstractEventLoop, journal: Journal
    ) -> None:
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type]
        self._journal = journal
        self._refuse = server.refuse
        self._arrivals: deque[Arrival] = deque()
        self._first_byte_ns: int | None = None
        self._body: StreamReader | None = None
        self._pause: asyncio.Future[None] | None = None
        self.over = False
        self.left_ns: int | None = None
        self.left_how: str | None = None
        self.record = OpenConnection(0, journal.sandbox, 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the accept."""
        self.record = OpenConnection(
            self._journal.next_connection(), self._journal.sandbox, time.monotonic_ns()
        )
        super().connection_made(transport)
        self._journal.connected(self.record)

    def data_received(self, data: bytes) -> None:
        """Note when requests begin and when their heads are complete."""
        now = time.monotonic_ns()
        if data and self._first_byte_ns is None and self._between_requests():
            self._first_byte_ns = now
        before = self._request_count
        super().data_received(data)
        if self._request_count == before:
            return
        first, self._first_byte_ns = self._first_byte_ns or now, None
        self._arrivals.extend(Arrival(first, now) for _ in range(self._request_count - before - 1))
        message, body = self._messages[-1]
        if isinstance(message, RawRequestMessage):
            self._body = body
            self._arrivals.append(Arrival(first, now))
        else:
            self._arrivals.append(Arrival(first, now, data[:_GARBAGE_KEPT]))
            self._break_body()

    def _break_body(self) -> None:
        """Tell whoever reads a body that its framing broke; aiohttp leaves the reader waiting."""
        if self._body is not None and not self._body.is_eof():
            self._body.set_exception(TransferEncodingError("the body's framing is broken"))

    def _between_requests(self) -> bool:
        """Whether the next byte belongs to a new request, not to a body still coming in."""
        return self._body is None or self._body.is_eof()

    def arrival(self) -> Arrival:
        """When the request that is served next came in; each is given out once, in order."""
        if self._arrivals:
            return self._arrivals.popleft()
        # A request behind a declined upgrade is parsed without passing data_received.
        now = time.monotonic_ns()
        return Arrival(now, now)

    def eof_received(self) -> None:
        """The client has closed its side."""
        self._end("client", "fin")

    def connection_lost(self, exc: BaseException | None) -> None:
        """The socket is gone: by the client's reset, or by our own close."""
        if exc is None:
            self._end("server", "fin")
        else:
            self._end("client", "rst")
        self._journal.disconnected(self.record)
        super().connection_lost(exc)

    def _end(self, by: str, how: str) -> None:
        """Note the first end that is seen, and wake whoever waits on this connection."""
        if not self.over:
            self.over = True
            now = time.monotonic_ns()
            self.record.ended_ns, self.record.ended_by, self.record.how = now, by, how
            if by == "client":
                self.left_ns, self.left_how = now, how
        self._wake()

    def _wake(self) -> None:
        if self._pause is not None and not self._pause.done():
            self._pause.set_result(None)

    def resume_writing(self) -> None:
        """There is room in the buffer again: wake :meth:`write`, the only one to wait for it."""
        super().resume_writing()
        self._wake()

    async def pause(self, seconds: float | None, clock: Clock = _REAL_CLOCK) -> bool:
        """Wait so long (None: without end); False as soon as the connection is over."""
        if self.over:
            return False
        self._pause = pause = self._loop.create_future()
        timer = None if seconds is None else clock.call_later(seconds, partial(_set, pause))
        try:
            await pause
        finally:
            self._pause = None
            if timer is not None:
                timer.cancel()
        return not self.over

    async def write(self, data: bytes) -> bool:
        """Write, and wait while the client is slow to read; False when the connection is over."""
        transport = self.transport
        if transport is None or self.over:
            return False
        if transport.is_closing():
            # A failed send closes the transport at once and reports the loss a moment later.
            return await self.pause(None)
        transport.write(data)
        while self._paused and not self.over:
            await self.pause(None)
        return not self.over

    async def flush(self) -> bool:
        """Wait until all that was written has left the socket, but at most ``FLUSH_LIMIT_S``.

        False when the connection is over.
        """
        deadline = self._loop.time() + FLUSH_LIMIT_S
        while not self.over and self._unsent() > 0 and self._loop.time() < deadline:
            await self.pause(_FLUSH_POLL_S)
        return not self.over

    def _unsent(self) -> int:
        """Bytes in the transport's buffer, and those in the socket's that were not acknowledged."""
        if self.transport is None:
            return 0
        return self.transport.get_write_buffer_size() + _outgoing(self.transport)

    def finish(self) -> None:
        """Close with a FIN after what was written."""
        self._end("server", "fin")
        if self.transport is not None:
            self.transport.close()

    def reset(self) -> None:
        """Close with an RST."""
        self._end("server", "rst")
        if self.transport is not None:
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.transport.abort()

    def stop(self) -> None:
        """End it whatever it is doing; an exchange in progress ends as ``server_stopped``."""
        self._end("server", "fin")
        if self.transport is not None:
            self.transport.abort()

    @property
    def idle(self) -> bool:
        """Whether it is open and no request is being read or served on it."""
        return not self.over and self._current_request is None and not self._messages

    def _make_error_handler(
        self, err_info: object
    ) -> Callable[[BaseRequest], Awaitable[web.StreamResponse]]:
        """What answers bytes that are no HTTP request."""
        return partial(self._refuse, reason=type(getattr(err_info, "exc", err_info)).__name__)


class ConnectionServer(web.Server):
    """Makes a :class:`Connection` for each accept, and keeps those that are open.

    ``serve`` answers a request, ``refuse`` answers what is none (``reason`` names the parser's
    complaint); both write the answer themselves and return :data:`KEEP` or :data:`CLOSE`.
    """

    def __init__(
        self,
        serve: Callable[[BaseRequest], Awaitable[web.StreamResponse]],
        refuse: Callable[..., Awaitable[web.StreamResponse]],
        journal: Journal,
    ) -> None:
        super().__init__(serve)
        self.refuse = refuse
        self._journal = journal

    def __call__(self) -> Connection:
        """A protocol for a new connection."""
        return Connection(self, loop=self._loop, journal=self._journal)

    def open_connections(self) -> list[Connection]:
        """The connections that are open now."""
        return [held for held in self.connections if isinstance(held, Connection)]

    def reset_idle(self) -> None:
        """Reset the connections on which nothing is going on."""
        for connection in self.open_connections():
            if connection.idle:
                connection.reset()

    async def stop(self, timeout_s: float = 2.0) -> None:
        """End every connection at once and wait until their handlers have finished."""
        for connection in self.open_connections():
            connection.stop()
        await self.shutdown(timeout_s)


def _set(pause: asyncio.Future[None]) -> None:
    if not pause.done():
        pause.set_result(None)


def _outgoing(transport: asyncio.Transport) -> int:
    """The socket's send queue in bytes (``SIOCOUTQ``), 0 where the system does not tell."""
    sock = transport.get_extra_info("socket")
    try:
        answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    except (OSError, ValueError):
        return 0
    return int(struct.unpack("i", answer)[0])
