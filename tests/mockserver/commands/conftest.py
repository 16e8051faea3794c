"""Real processes of the mock, and its commands run in this one."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import pytest

from mockserver.cli import run
from mockserver.settings import ServerSettings
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START_S = 20.0
"""How long a process may take to be ready on a busy machine."""


@dataclass
class MockProcess:
    """A running ``pawa-mock serve``."""

    process: subprocess.Popen[bytes]
    ready: str

    @property
    def url(self) -> str:
        """The address in the ready line."""
        return self.ready.split()[1]

    def told(self, wanted: str) -> str:
        """Read lines of stderr until one holds a text; that line."""
        assert self.process.stderr is not None
        while wanted not in (line := _first_line(self.process, self.process.stderr)):
            pass
        return line

    def lines(self, count: int) -> list[str]:
        """So many further lines of stdout."""
        assert self.process.stdout is not None
        return [_first_line(self.process, self.process.stdout) for _ in range(count)]

    def stop(self, signal: int) -> tuple[int, str, str]:
        """Send a signal; exit code, the rest of stdout, and stderr."""
        self.process.send_signal(signal)
        out, err = self.process.communicate(timeout=START_S)
        return self.process.returncode, out.decode(), err.decode()


@pytest.fixture
def start_mock() -> Iterator[Callable[..., MockProcess]]:
    """Start ``python -m mockserver serve`` with these arguments and wait until it is ready."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> MockProcess:
        process = subprocess.Popen(
            [sys.executable, "-m", "mockserver", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        assert process.stdout is not None
        return MockProcess(process, _first_line(process, process.stdout))

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _first_line(process: subprocess.Popen[bytes], stream: IO[bytes]) -> str:
    """The next line of a stream; not one byte more is read."""
    line, deadline = b"", time.monotonic() + START_S
    while not line.endswith(b"\n"):
        left = max(0.0, deadline - time.monotonic())
        assert select.select([stream], [], [], left)[0], f"no line in time: {line!r}"
        byte = os.read(stream.fileno(), 1)
        assert byte, f"ended before that line: {process.communicate()}"
        line += byte
    return line.decode().rstrip("\n")


@pytest.fixture
def server() -> Iterator[ThreadedMockServer]:
    """A healthy server in a thread."""
    with ThreadedMockServer(ServerSettings()) as started:
        yield started


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def pawa_mock(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command line of ``pawa-mock`` in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def steer(pawa_mock: Callable[..., Ran], server: ThreadedMockServer) -> Callable[..., Ran]:
    """Run a command against the running server."""

    def call(*arguments: str) -> Ran:
        return pawa_mock(*arguments, "--server", server.url)

    return call
