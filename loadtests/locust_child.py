"""Locust as a child: started, asked to end, and ended for good with all that it has started.

Whatever is started on behalf of a run has the run's mark in its environment (Locust, its workers,
the client's processes and theirs), so that nothing of it is missed, whoever its parent is by then.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from loadtests.errors import WorldError
from loadtests.plan import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARK = "PAWA_LOAD_RUN"
"""The variable whose value all processes of one run share."""

LOCUSTFILE = Path(__file__).with_name("locustfile.py")

LOOPBACK = "127.0.0.1"

KEPT_LINES = 40
"""Of what Locust prints, so many last lines are kept for messages."""

KEPT_COLUMNS = 500

STOP_TIMEOUT_S = 5
"""How long Locust lets its users come to their end, once they are to stop."""

FINISH_WITHIN_S = 15.0
"""How long Locust may take to write its reports and to leave, once nothing more is to come."""

LAST_WORDS_WITHIN_S = 1.0
"""How long it takes at most to read what it has printed: others may hold its pipe open."""

GONE_WITHIN_S = 5.0
"""How long what was killed may take to be gone."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Where Locust writes its own reports: all in one folder, their names begin with ``locust``."""

    folder: Path

    def options(self) -> tuple[str, ...]:
        """What Locust is told."""
        start = str(self.folder / "locust")
        return ("--csv", start, "--html", f"{start}.html", "--json-file", start)

    def files(self) -> dict[str, Path]:
        """Those that are there and hold something, by what they are."""
        named = {
            "locust's page": "locust.html",
            "locust's statistics": "locust_stats.csv",
            "locust's statistics over time": "locust_stats_history.csv",
            "locust's failures": "locust_failures.csv",
            "locust's exceptions": "locust_exceptions.csv",
            "locust's totals": "locust.json",
        }
        found = {what: self.folder / name for what, name in named.items()}
        return {what: path for what, path in found.items() if path.is_file()}


class LocustChild:
    """One Locust, from its start to its end; used once, as an asynchronous context manager.

    At the end of the context nothing of it is left. ``command`` is for tests.
    """

    def __init__(
        self,
        plan: Path,
        reports: Reports,
        *,
        processes: int = 1,
        command: Sequence[str] | None = None,
    ) -> None:
        self._command = tuple(command or locust_command(reports, processes=processes))
        self._environment = {VARIABLE: str(plan), MARK: secrets.token_hex(16)}
        self._process: asyncio.subprocess.Process | None = None
        self._printed: deque[str] = deque(maxlen=KEPT_LINES)
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start it. Raises WorldError."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **self._environment},
                start_new_session=True,
            )
        except OSError as error:
            raise WorldError(f"{self._command[0]}: cannot be started ({error.strerror})") from None
        self._reading = asyncio.create_task(self._read(self._process.stdout))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill what is left."""
        self.kill()
        if self._process is not None:
            await self._process.wait()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        self._release()

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def said(self) -> str:
        """The last lines of what it has printed."""
        return "\n".join(self._printed)

    async def last_words(self, within_s: float = LAST_WORDS_WITHIN_S) -> str:
        """The same once it has ended: its end is known before all that it has printed is read."""
        if self._reading is not None and not self.alive():
            await asyncio.wait([self._reading], timeout=within_s)
        return self.said

    def ask_to_end(self) -> None:
        """Tell it that the run is over; its workers and clients hear it from Locust itself."""
        if self._process is not None and self.alive():
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    async def finish(self, within_s: float = FINISH_WITHIN_S) -> int | None:
        """Let it write its reports and leave; its exit code, None when it had to be killed."""
        if self._process is None:
            return None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), within_s)
        return self._process.returncode

    def kill(self) -> None:
        """End every process of the run at once. Returns when all of them are gone.

        It does not let go of the loop, so that nothing can come between. Raises WorldError.
        """
        give_up_s = time.monotonic() + GONE_WITHIN_S
        while left := self.left():
            for process in left:
                with suppress(psutil.Error):
                    process.kill()
            if time.monotonic() > give_up_s:
                raise WorldError(f"process {left[0].pid} of the run cannot be ended")
            time.sleep(0.01)

    def left(self) -> list[psutil.Process]:
        """The processes of the run that still run."""
        mark = self._environment[MARK]
        return [process for process in psutil.process_iter() if _marked(process, mark)]

    async def _read(self, pipe: asyncio.StreamReader | None) -> None:
        """Keep the end of what it prints, so that it is never held up by a full pipe."""
        begun = b""
        while pipe is not None and (data := await pipe.read(65536)):
            *lines, begun = (begun + data).split(b"\n")
            begun = begun[-KEPT_COLUMNS:]
            self._printed.extend(_line(line) for line in lines[-KEPT_LINES:])
        if begun:
            self._printed.append(_line(begun))

    def _release(self) -> None:
        """Let go of the pipe."""
        if self._process is not None:
            # asyncio has no public way to close it (python/cpython issue 88050)
            transport: asyncio.SubprocessTransport = self._process._transport  # type: ignore[attr-defined]  # noqa: SLF001
            transport.close()


def locust_command(reports: Reports, *, processes: int = 1) -> tuple[str, ...]:
    """How Locust is started: without a page, and, with several workers, on a port of its own."""
    return (
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"),
        *("--only-summary", "--loglevel", "WARNING", "--stop-timeout", str(STOP_TIMEOUT_S)),
        *reports.options(),
        *_distribution(processes),
    )


def _distribution(processes: int) -> tuple[str, ...]:
    if processes == 1:
        return ()
    port = str(free_port())
    return (
        *("--processes", str(processes), "--expect-workers-max-wait", "30"),
        *("--master-bind-host", LOOPBACK, "--master-bind-port", port),
        *("--master-host", LOOPBACK, "--master-port", port),
    )


def free_port() -> int:
    """A port of the loopback that nobody listens on now: Locust's own is the same for every run."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _marked(process: psutil.Process, mark: str) -> bool:
    try:
        environment: Mapping[str, str] = process.environ()
        return environment.get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _line(line: bytes) -> str:
    return line[:KEPT_COLUMNS].decode("utf-8", "replace").rstrip()
