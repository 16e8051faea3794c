"""Connections: who came, when, what they asked in turn, and who left and how.

Requests are parsed by aiohttp's parser; everything around it is here, because the way a connection
lives and dies is what this server is for. One request of a connection is served at a time, in the
order of arrival; one that needs no waiting is served at once, within the turn that read it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Literal

from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError, TransferEncodingError
from aiohttp.http_parser import HttpRequestParser
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestPayloadError

from mockserver.clock import RealClock
from mockserver.exchange import OpenConnection
from mockserver.tls.contexts import facts_of
from mockserver.transport.eager import start_now
from mockserver.transport.incoming import Arrival, Incoming, SlowBodyError
from mockserver.transport.sockets import reset_on_close, unsent

if TYPE_CHECKING:
    from aiohttp import StreamReader

    from mockserver.clock import Clock
    from mockserver.journal import Journal
    from mockserver.transport.connection_server import ConnectionServer

FLUSH_LIMIT_S = 2.0
"""How long a cut waits for what was written before it to leave the socket."""

LONGEST_LINE = 8190
"""Bytes of a request line or a header."""

MOST_PIPELINED = 64
"""Requests of one connection that are served or wait for it before reading pauses."""

_READ_BUFFER = 2**16
_FLUSH_POLL_S = 0.001
_GARBAGE_KEPT = 8 * 1024
_REAL_CLOCK = RealClock()

log = logging.getLogger(__name__)


class Connection(BaseProtocol):
    """One TCP connection, from accept to its end.

    ``over`` turns True the moment the other side has left or the server has let go of it;
    ``left_ns`` and ``left_how`` ("fin" or "rst") are set when it was the client. A client that
    closes only its own half (a FIN while it waits for the answer) counts as having left.
    ``end_on_next`` ("fin" or "rst") ends it when the next request on it begins to come in;
    ``deaf_s`` keeps its socket so many seconds after the client's FIN, as one who never hears it.
    ``below`` is the transport that TLS writes to, where there is TLS.
    """

    __slots__ = (
        "_body",
        "_body_since_ns",
        "_closing",
        "_first_byte_ns",
        "_journal",
        "_pause",
        "_queue",
        "_server",
        "_serving",
        "_tail",
        "below",
        "deaf_s",
        "end_on_next",
        "left_how",
        "left_ns",
        "over",
        "record",
    )

    def __init__(self, server: ConnectionServer, journal: Journal) -> None:
        loop = asyncio.get_running_loop()
        parser = HttpRequestParser(
            self,
            loop,
            _READ_BUFFER,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            payload_exception=RequestPayloadError,
            max_msg_queue_size=MOST_PIPELINED,
        )
        super().__init__(loop, parser)
        self._server = server
        self._journal = journal
        # A list, since an empty deque takes ten times the memory and few requests ever wait.
        self._queue: list[Incoming] = []
        self._serving = False
        self._closing = False
        self._first_byte_ns: int | None = None
        self._body: StreamReader | None = None
        self._body_since_ns = 0
        self._tail = b""
        self._pause: asyncio.Future[None] | None = None
        self.below: asyncio.Transport | None = None
        self.end_on_next: Literal["fin", "rst"] | None = None
        self.deaf_s: float | None = None
        self.over = False
        self.left_ns: int | None = None
        self.left_how: str | None = None
        self.record = OpenConnection(0, journal.sandbox, 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the accept, unless it was noted before a handshake."""
        if not self.record.id:
            self.record = self._journal.accepted()
        side = transport.get_extra_info("ssl_object")
        if side is not None:
            self.record.tls = facts_of(side)
        super().connection_made(transport)
        self._server.opened(self)
        if self._server.slow_accept is not None and isinstance(transport, asyncio.Transport):
            # The kernel has let the client in; that nobody takes what it sends is all it can see.
            transport.pause_reading()
            self._server.slow_accept(transport.resume_reading)

    def data_received(self, data: bytes) -> None:
        """Parse what came in, and serve what is whole; what follows an upgrade has to wait."""
        if self.over or self._closing:
            return
        if self.end_on_next is not None:
            self._end_instead(self.end_on_next)
            return
        if self._upgraded:
            self._tail += data
            if len(self._tail) >= _READ_BUFFER and not self._buffer_paused:
                self._pause_reading_for_buffer()
            return
        self._parse(data)
        self._serve_next()

    def _parse(self, data: bytes) -> None:
        """Queue the requests that are complete up to their heads, and note when they came."""
        now = time.monotonic_ns()
        if data and self._first_byte_ns is None and self._between_requests():
            self._first_byte_ns = now
        first = self._first_byte_ns or now
        try:
            messages, self._upgraded, tail = self._parser.feed_data(data)  # type: ignore[union-attr]
        except HttpProcessingError as error:
            log.debug("not HTTP on connection %d: %s", self.record.id, type(error).__name__)
            self._first_byte_ns = None
            arrival = Arrival(first, now, data[:_GARBAGE_KEPT])
            self._queue.append(Incoming(None, EMPTY_PAYLOAD, arrival))
            self._spoil_body(TransferEncodingError("the body's framing is broken"))
            return
        if self._upgraded:
            self._tail = tail
        if messages:
            self._first_byte_ns = None
            for message, body in messages:
                self._queue.append(Incoming(message, body, Arrival(first, now)))
            self._body, self._body_since_ns = messages[-1][1], first
        # The parser counts the one that is being served too, and takes no more than so many.
        if len(self._queue) + self._serving >= MOST_PIPELINED and not self._buffer_paused:
            self._pause_reading_for_buffer()

    def _between_requests(self) -> bool:
        """Whether the next byte belongs to a new request, not to a body still coming in."""
        return self._body is None or self._body.is_eof()

    def _spoil_body(self, error: Exception) -> None:
        """Tell whoever reads a body that no more of it will come."""
        if self._body is not None and not self._body.is_eof():
            self._body.set_exception(error)

    def _serve_next(self) -> None:
        """Serve what is queued, one after the other, until one of them has to wait."""
        while self._queue and not (self._serving or self.over or self._closing):
            incoming = self._queue.pop(0)
            self._serving = True
            if incoming.body is self._body:
                if self._body.is_eof():
                    self._body = None
                elif self._reading_paused:  # by us, while it waited behind others
                    self._body_since_ns = time.monotonic_ns()
            try:
                keep, task = start_now(self._server.serve(incoming, self), self._loop)
            except Exception:  # a mistake of ours must not leave the client waiting
                log.exception("connection %d failed inside the mock", self.record.id)
                keep, task = False, None
            if task is not None:
                self._server.keep(task)
                task.add_done_callback(self._served_in_turn)
                return
            self._served(keep=bool(keep))

    def _served_in_turn(self, task: asyncio.Task[bool]) -> None:
        """A request that had to wait is done: go on with those behind it."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("connection %d failed inside the mock", self.record.id, exc_info=error)
        self._served(keep=error is None and not task.cancelled() and task.result())
        self._serve_next()

    def _served(self, *, keep: bool) -> None:
        self._serving = False
        if self.over or self.transport is None:
            return
        if not keep:
            self._closing = True
            self.transport.close()
            return
        if self.end_on_next is not None and self._queue:
            self._end_instead(self.end_on_next)
            return
        if self._parser is not None:
            self._parser.message_consumed()
        if self._upgraded and not self._queue:
            self._decline_upgrade()
        if self._buffer_paused and not self._upgraded and len(self._queue) <= MOST_PIPELINED // 2:
            self._parse(b"")
            if len(self._queue) < MOST_PIPELINED:
                self._resume_reading_for_buffer()

    def _decline_upgrade(self) -> None:
        """The answer was an ordinary one: what came behind the request is HTTP again."""
        if self._parser is None:
            return
        self._parser.set_upgraded(False)
        self._upgraded = False
        tail, self._tail = self._tail, b""
        if tail:
            self._parse(tail)

    def waits_since_ns(self) -> int | None:
        """Since when a request whose turn it is has been coming in and is not whole, or None."""
        if self._queue or (self._serving and self._between_requests()):
            return None
        if self._first_byte_ns is None and not self._between_requests():
            return self._body_since_ns
        return self._first_byte_ns

    def lose_patience(self) -> None:
        """End a request that takes too long to come in: a body with 408, a head with a close."""
        if self._first_byte_ns is not None:
            self.finish()
        else:
            self._spoil_body(SlowBodyError())

    def eof_received(self) -> bool | None:
        """The client has closed its side; True leaves ours open (TLS has no halves)."""
        self._end("client", "fin")
        if self.deaf_s is None or self.transport is None or not self.transport.can_write_eof():
            return None
        self._loop.call_later(self.deaf_s, self.transport.close)
        return True

    def connection_lost(self, exc: BaseException | None) -> None:
        """The socket is gone: by the client's reset, or by our own close."""
        if exc is None:
            self._end("server", "fin")
        else:
            self._end("client", "rst")
        self._spoil_body(ConnectionResetError("the client left"))
        self._server.closed(self)
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

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Go on reading where a full body buffer had stopped it; nothing to do where none had."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def resume_writing(self) -> None:
        """There is room in the buffer again: wake :meth:`write`, the only one to wait for it."""
        super().resume_writing()
        self._wake()

    async def pause(
        self,
        seconds: float | None,
        clock: Clock = _REAL_CLOCK,
        *,
        until: asyncio.Future[None] | None = None,
    ) -> bool:
        """Wait so long (None: without end); False as soon as the connection is over.

        ``until`` ends the wait too, once it is done.
        """
        if self.over:
            return False
        self._pause = pause = self._loop.create_future() if until is None else until
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
        return self.write_now(data) or await self.drain()

    def write_now(self, data: bytes) -> bool:
        """Write; False when that is to be followed by :meth:`drain`."""
        transport = self.transport
        if transport is None or self.over or transport.is_closing():
            return False
        transport.write(data)
        return not (self._paused or self.over)

    async def drain(self) -> bool:
        """Wait while the client is slow to read; False when the connection is over."""
        transport = self.transport
        if transport is None or self.over:
            return False
        if transport.is_closing():
            # A failed send closes the transport at once and reports the loss a moment later.
            return await self.pause(None)
        while self._paused and not self.over:
            await self.pause(None)
        return not self.over

    async def flush(self) -> bool:
        """Wait until all that was written has left the socket, but at most ``FLUSH_LIMIT_S``.

        False when the connection is over.
        """
        now = self._loop.time
        deadline = now() + FLUSH_LIMIT_S
        while not self.over and unsent(self.transport, self.below) > 0 and now() < deadline:
            await self.pause(_FLUSH_POLL_S)
        return not self.over

    def finish(self) -> None:
        """Close with a FIN after what was written."""
        self._end("server", "fin")
        if self.transport is not None:
            self.transport.close()

    def _end_instead(self, how: Literal["fin", "rst"]) -> None:
        """End it in place of a request that is coming in; a FIN lets the client finish sending."""
        self._queue.clear()
        if how == "rst":
            self.reset()
        elif self.transport is not None and self.transport.can_write_eof():
            self._end("server", "fin")
            self.transport.write_eof()
            self._loop.call_later(FLUSH_LIMIT_S, self.transport.close)
        else:
            self.finish()

    def reset(self) -> None:
        """Close with an RST."""
        self._end("server", "rst")
        if self.transport is not None:
            reset_on_close(self.transport)
            self.transport.abort()

    def stop(self) -> None:
        """End it whatever it is doing; an exchange in progress ends as ``server_stopped``."""
        self._end("server", "fin")
        if self.transport is not None:
            self.transport.abort()

    def unserved(self) -> list[Incoming]:
        """What had come in and waited for its turn when the connection ended, handed over once."""
        left, self._queue = self._queue, []
        return left

    @property
    def idle(self) -> bool:
        """Whether it is open and no request is being read or served on it."""
        return not (self.over or self._serving or self._queue)


def _set(pause: asyncio.Future[None]) -> None:
    if not pause.done():
        pause.set_result(None)
