"""One adapter process's life: lines out, lines in, and every way it can end.

Each request ends in exactly one :data:`~scenarios.clients.replies.Reply`. What breaks the protocol,
and a process that ends, ends all requests in flight as ``Broken``, and the session with them; a
request that is merely not answered in time ends alone, as ``Hung``.

====================  ===========================================================  =============
what happens          what the requests in flight become                           code
====================  ===========================================================  =============
no JSON, no object    Broken; the process is ended                                 not_json
not of the protocol   Broken; the process is ended                                 bad_answer
line over 16 MiB      Broken; the process is ended                                 line_too_long
an id never asked     Broken; the process is ended                                 unknown_id
a second answer       Broken; the process is ended                                 second_answer
the process ends      Broken, with exit code and last words                        -
no answer in time     Hung, for that request alone; it is cancelled                -
deaf: not even the    Broken for the others; the process is ended                  deaf
cancelling answered
====================  ===========================================================  =============
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.clients.breaches import (
    CLOSED,
    DEAF_S,
    DRAIN_S,
    deaf,
    ended,
    line_too_long,
    misplaced,
    no_final_answer,
)
from scenarios.clients.child import Child, end_child, exited, start_child
from scenarios.clients.clock import AdapterClock
from scenarios.clients.errors import ProtocolError
from scenarios.clients.lines import DeltaLine, ErrorLine, OkLine, decode_line, request_line
from scenarios.clients.protocol import Delta
from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scenarios.clients.captured import CapturedText, KnownSecrets


@dataclass(slots=True, eq=False)
class Request:
    """One request in flight; times are seconds of ``time.monotonic()``."""

    id: int
    operation: str
    decode: Callable[[Mapping[str, Any]], Any]
    reply: asyncio.Future[Reply]
    started_s: float = field(default_factory=time.monotonic)
    ended_s: float | None = None
    stamped: list[tuple[str, float]] = field(default_factory=list)
    abandoned: bool = False

    def end(self, reply: Reply, at_s: float) -> None:
        """Settles the request once; whatever comes later is let pass."""
        if not self.reply.done():
            self.ended_s = at_s
            self.reply.set_result(reply)


class Session:
    """The requests and lines of one adapter process."""

    def __init__(self, child: Child, stderr: CapturedText, secrets: KnownSecrets) -> None:
        self._child = child
        self._stderr = stderr
        self._secrets = secrets
        self._clock = AdapterClock()
        self._requests: dict[int, Request] = {}
        self._last_id = 0
        self._lines_read = 0
        self._closing = False
        self.broken: str | None = None
        """Why nothing more can be asked here, or None while the process serves."""
        self.slow_exit: str | None = None
        """What had to be done when the process did not end with its stdin."""
        self._background: set[asyncio.Task[None]] = set()
        self._stderr_task = asyncio.create_task(self._read_stderr())
        self._stdout_task = asyncio.create_task(self._read_stdout())

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        environment: Mapping[str, str],
        stderr: CapturedText,
        secrets: KnownSecrets,
    ) -> Session:
        """Starts the process; raises :class:`~scenarios.clients.errors.ClientStartError`."""
        return cls(await start_child(command, environment), stderr, secrets)

    def send(
        self, operation: str, decode: Callable[[Mapping[str, Any]], Any], **fields: Any
    ) -> Request:
        """Sends one request; the reply of a session that is over is :class:`Broken` at once."""
        self._last_id += 1
        line = request_line(self._last_id, operation, **fields)
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        request = Request(self._last_id, operation, decode, reply)
        if self.broken is not None:
            request.end(Broken(self.broken), request.started_s)
            return request
        self._requests[request.id] = request
        self._child.stdin.write(line)
        return request

    def settled(self, operation: str, reply: Reply) -> Request:
        """A request that is never sent: it has ended with ``reply`` before it began."""
        request = Request(0, operation, dict, asyncio.get_running_loop().create_future())
        request.end(reply, request.started_s)
        return request

    async def wait(self, request: Request, patience_s: float) -> Reply:
        """The reply; :class:`Hung` after ``patience_s``, and the request is cancelled then."""
        try:
            return await asyncio.wait_for(asyncio.shield(request.reply), patience_s)
        except TimeoutError:
            self.abandon(request)
            return Hung(no_final_answer(request.operation, patience_s))
        except asyncio.CancelledError:
            self.abandon(request)
            raise

    async def ask(
        self,
        operation: str,
        decode: Callable[[Mapping[str, Any]], Any] = dict,
        *,
        patience_s: float,
        **fields: Any,
    ) -> Reply:
        """Sends one request and waits for its reply."""
        return await self.wait(self.send(operation, decode, **fields), patience_s)

    def deltas(self, request: Request) -> tuple[Delta, ...]:
        """What has been streamed for a request, on the harness's clock as well as known by now."""
        return tuple(
            Delta(text, self._clock.to_harness(stamped)) for text, stamped in request.stamped
        )

    def abandon(self, request: Request) -> None:
        """Stops waiting for a request: it is cancelled, and a late answer is let pass."""
        if request.reply.done() or request.abandoned:
            return
        request.abandoned = True
        task = asyncio.create_task(self._cancel_abandoned(request))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Ends the process; what is still in flight ends as :class:`Broken`."""
        self._closing = True
        self._break(CLOSED)
        for task in self._background:
            task.cancel()
        if self._child.exit_code is None:
            self.slow_exit = await end_child(self._child)
        await self._drain()

    async def _cancel_abandoned(self, request: Request) -> None:
        heard = self._lines_read
        cancelling = self.send("cancel", dict, target=request.id)
        await asyncio.wait([cancelling.reply], timeout=DEAF_S)
        if not cancelling.reply.done() and self._lines_read == heard:
            await self._end_broken(deaf(request.operation, DEAF_S))

    async def _read_stdout(self) -> None:
        try:
            while line := await self._child.stdout.readline():
                self._lines_read += 1
                if not self._closing:
                    self._take(line, time.monotonic())
        except ProtocolError as error:
            await self._end_broken(error)
        except ValueError:
            await self._end_broken(line_too_long())
        else:
            await self._end_of_output()

    def _take(self, line: bytes, received_s: float) -> None:
        message = decode_line(line)
        request = self._requests.get(message.id)
        if request is None:
            raise misplaced(message.id, self._last_id)
        if isinstance(message, DeltaLine):
            self._clock.observe(message.t, received_s)
            request.stamped.append((message.text, message.t))
            return
        reply = _reply(request, message)
        del self._requests[message.id]
        request.end(reply, received_s)

    async def _end_of_output(self) -> None:
        if self._closing:
            return
        # the process is as good as dead without its stdout; a moment tells which it is
        await exited(self._child, DRAIN_S)
        await asyncio.wait([self._stderr_task], timeout=DRAIN_S)
        self._break(ended(self._child.exit_code, self._stderr.last_lines()))
        if self._child.exit_code is None:
            await end_child(self._child, at_once=True)

    async def _end_broken(self, error: ProtocolError) -> None:
        self._break(str(error))
        if self._child.exit_code is None:
            await end_child(self._child, at_once=True)

    def _break(self, detail: str) -> None:
        if self.broken is None:
            self.broken = self._secrets.mask(" ".join(detail.split()))
        for request in self._requests.values():
            request.end(Broken(self.broken), time.monotonic())
        self._requests.clear()

    async def _read_stderr(self) -> None:
        while data := await self._child.stderr.read(64 * 1024):
            self._stderr.add(data)

    async def _drain(self) -> None:
        tasks = [self._stdout_task, self._stderr_task]
        _, pending = await asyncio.wait(tasks, timeout=DRAIN_S)
        # a grandchild that left the group can hold a pipe open for ever
        for task in pending:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._child.release()


def _reply(request: Request, message: OkLine | ErrorLine) -> Reply:
    if isinstance(message, ErrorLine):
        return Refused(message.error)
    return Answered(request.decode(message.ok))
