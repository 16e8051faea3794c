"""One adapter process, spoken to from greenlets.

It is :mod:`scenarios.clients.session` for gevent: the same endings in the same words (its table
lists them). One greenlet writes, and takes all lines that are due with it; one reads and wakes
whoever waits; one keeps stderr from filling up.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import gevent
from gevent import subprocess
from gevent.event import AsyncResult, Event
from gevent.os import nb_read, nb_write

from loadtests.generator.driven import Heard
from loadtests.generator.pipe_lines import PipeLines
from loadtests.plan import VARIABLE
from scenarios.clients.breaches import (
    CLOSED,
    DEAF_S,
    DRAIN_S,
    deaf,
    ended,
    misplaced,
    no_final_answer,
)
from scenarios.clients.captured import CapturedText
from scenarios.clients.child import EXIT_GRACE_S, child_environment, not_started
from scenarios.clients.clock import AdapterClock
from scenarios.clients.errors import ProtocolError
from scenarios.clients.lines import DeltaLine, ErrorLine, decode_line, request_line
from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scenarios.clients.captured import KnownSecrets

READ_BYTES = 256 * 1024
STDERR_BYTES = 64 * 1024
"""How much of the beginning and of the end of stderr is kept."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


class Request:
    """One request in flight."""

    __slots__ = ("abandoned", "decode", "ended_s", "heard", "id", "operation", "reply")

    def __init__(
        self, request_id: int, operation: str, decode: Callable[[Mapping[str, Any]], Any]
    ) -> None:
        self.id = request_id
        self.operation = operation
        self.decode = decode
        self.heard = Heard()
        self.reply: AsyncResult[Reply] = AsyncResult()
        self.ended_s = 0.0
        self.abandoned = False

    def end(self, reply: Reply, at_s: float) -> None:
        """Settles the request once; whatever comes later is let pass."""
        if not self.reply.ready():
            self.ended_s = at_s
            self.reply.set(reply)


class AdapterProcess:
    """The requests and lines of one adapter process."""

    def __init__(self, command: Sequence[str], secrets: KnownSecrets) -> None:
        """Starts the command; raises :class:`~scenarios.clients.errors.ClientStartError`."""
        self._secrets = secrets
        self._process = _start(command)
        atexit.register(self.kill)
        self._clock = AdapterClock()
        self._stderr = CapturedText(head_bytes=STDERR_BYTES, tail_bytes=STDERR_BYTES)
        self._requests: dict[int, Request] = {}
        self._last_id = 0
        self._reads = 0
        self._unwritten: list[bytes] = []
        self._something_to_write = Event()
        self._closing = False
        self._deaf_watch: gevent.Greenlet[..., None] | None = None
        self.broken: str | None = None
        """Why nothing more can be asked here, or None while the process serves."""
        self._writer = gevent.spawn(self._write)
        self._stderr_reader = gevent.spawn(self._read_stderr)
        self._reader = gevent.spawn(self._read_stdout)

    @property
    def pid(self) -> int | None:
        """The process id; None once the process has ended."""
        return None if self._process.poll() is not None else self._process.pid

    def send(
        self, operation: str, decode: Callable[[Mapping[str, Any]], Any] = dict, **fields: Any
    ) -> Request:
        """Sends one request; the reply of a process that is over is :class:`Broken` at once."""
        self._last_id += 1
        request = Request(self._last_id, operation, decode)
        if self.broken is not None:
            request.end(Broken(self.broken), time.monotonic())
            return request
        self._unwritten.append(request_line(request.id, operation, **fields))
        self._requests[request.id] = request
        self._something_to_write.set()
        return request

    def wait(self, request: Request, patience_s: float) -> Reply:
        """The reply; :class:`Hung` after ``patience_s``, and the request is cancelled then."""
        try:
            reply: Reply | None = request.reply.wait(timeout=patience_s)
        except BaseException:  # a killed greenlet leaves its call
            self._abandon(request)
            raise
        if reply is None:
            request.ended_s = time.monotonic()
            self._abandon(request)
            reply = Hung(no_final_answer(request.operation, patience_s))
        if request.heard.pieces:
            request.heard.convert(self._clock.to_harness)
        return reply

    def ask(
        self,
        operation: str,
        decode: Callable[[Mapping[str, Any]], Any] = dict,
        *,
        patience_s: float,
        **fields: Any,
    ) -> Reply:
        """Sends one request and waits for its reply."""
        return self.wait(self.send(operation, decode, **fields), patience_s)

    def close(self) -> None:
        """Ends the process: end of stdin, then SIGTERM after 2 s, then SIGKILL after 2 s more."""
        self._closing = True
        self._break(CLOSED)
        self._end()
        gevent.joinall([self._reader, self._stderr_reader], timeout=DRAIN_S)
        # a grandchild that left the group can hold a pipe open for ever
        gevent.killall([self._reader, self._stderr_reader])
        if self._deaf_watch is not None:
            self._deaf_watch.kill()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        atexit.unregister(self.kill)

    def kill(self) -> None:
        """Ends the process at once, without waiting: also where no greenlet can wait any more."""
        self._signal(signal.SIGKILL)

    def _abandon(self, request: Request) -> None:
        """Stops waiting for a request: it is cancelled, and a late answer is let pass."""
        if request.reply.ready() or request.abandoned or self.broken is not None:
            return
        request.abandoned = True
        cancelling = self.send("cancel", target=request.id)
        if self._deaf_watch is None or self._deaf_watch.ready():
            self._deaf_watch = gevent.spawn(self._watch_for_deafness, request, cancelling)

    def _watch_for_deafness(self, request: Request, cancelling: Request) -> None:
        heard = self._reads
        if cancelling.reply.wait(timeout=DEAF_S) is None and self._reads == heard:
            self._end_broken(deaf(request.operation, DEAF_S))

    def _write(self) -> None:
        stdin = _number(self._process.stdin)
        with contextlib.suppress(OSError):  # the end of its process is seen by the reader
            while True:
                self._something_to_write.wait()
                self._something_to_write.clear()
                data = memoryview(b"".join(self._unwritten))
                self._unwritten.clear()
                while data:
                    data = data[nb_write(stdin, data) :]

    def _read_stdout(self) -> None:
        lines = PipeLines()
        stdout = _number(self._process.stdout)
        try:
            while data := nb_read(stdout, READ_BYTES):
                received_s = time.monotonic()
                self._reads += 1
                for line in lines.feed(data):
                    self._take(line, received_s)
                # a pipe that is never empty must not keep all other greenlets waiting
                gevent.sleep(0)
            for line in lines.finish():
                self._take(line, time.monotonic())
        except ProtocolError as error:
            self._end_broken(error)
        except OSError:
            self._end_of_output()
        else:
            self._end_of_output()

    def _take(self, line: bytes, received_s: float) -> None:
        if self._closing:
            return
        message = decode_line(line)
        request = self._requests.get(message.id)
        if request is None:
            raise misplaced(message.id, self._last_id)
        if isinstance(message, DeltaLine):
            self._clock.observe(message.t, received_s)
            request.heard.take(message.text, message.t)
            return
        reply: Reply
        if isinstance(message, ErrorLine):
            reply = Refused(message.error)
        else:
            reply = Answered(request.decode(message.ok))
        del self._requests[message.id]
        request.end(reply, received_s)

    def _read_stderr(self) -> None:
        stderr = _number(self._process.stderr)
        with contextlib.suppress(OSError):
            while data := nb_read(stderr, READ_BYTES):
                self._stderr.add(data)

    def _end_of_output(self) -> None:
        if self._closing:
            return
        # the process is as good as dead without its stdout; a moment tells which it is
        self._exited(DRAIN_S)
        self._stderr_reader.join(DRAIN_S)
        self._break(ended(self._process.poll(), self._stderr.last_lines()))
        gevent.spawn(self._end, at_once=True)

    def _end_broken(self, error: ProtocolError) -> None:
        self._break(str(error))
        gevent.spawn(self._end, at_once=True)

    def _break(self, detail: str) -> None:
        if self.broken is None:
            self.broken = " ".join(self._secrets.mask(detail).split())
        now_s = time.monotonic()
        for request in self._requests.values():
            request.end(Broken(self.broken), now_s)
        self._requests.clear()

    def _end(self, *, at_once: bool = False) -> None:
        self._writer.kill()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        if not at_once and self._exited(EXIT_GRACE_S):
            return
        self._signal(signal.SIGTERM)
        if not self._exited(EXIT_GRACE_S):
            self._signal(signal.SIGKILL)
            self._process.wait()

    def _exited(self, within_s: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=within_s)
        return self._process.poll() is not None

    def _signal(self, number: signal.Signals) -> None:
        if self._process.poll() is None:
            # the group is the child's own (start_new_session), so nothing else can be hit
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = child_environment(os.environ, {})
    environment.pop(VARIABLE, None)
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            bufsize=0,
            start_new_session=True,
            preexec_fn=_end_with_the_parent,
        )
    except OSError as error:
        raise not_started(command[0], error) from None


def _end_with_the_parent() -> None:
    """Between fork and exec: a worker that is killed takes its adapters with it (Linux)."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _number(pipe: Any) -> int:
    """The descriptor of a pipe, which gevent has made non-blocking."""
    number: int = pipe.fileno()
    return number
