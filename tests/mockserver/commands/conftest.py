"""Real processes of the mock, and its commands run in this one."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        return MockProcess(process, _first_line(process))

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _first_line(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    line, deadline = b"", time.monotonic() + START_S
    while not line.endswith(b"\n"):
        left = max(0.0, deadline - time.monotonic())
        assert select.select([process.stdout], [], [], left)[0], f"not ready: {line!r}"
        byte = os.read(process.stdout.fileno(), 1)
        assert byte, f"ended before it was ready: {process.communicate()}"
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
