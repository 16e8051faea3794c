"""What the tests of the traffic side share: a mock beside them, and processes to look after."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.settings import SandboxSettings
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.sandbox import Sandbox


@pytest.fixture(scope="module")
def mock() -> Iterator[ThreadedMockServer]:
    """A server on a thread of its own."""
    with ThreadedMockServer() as server:
        yield server


@pytest.fixture
def sandbox(mock: ThreadedMockServer) -> Iterator[Callable[..., Sandbox]]:
    """Opens a fresh sandbox with some settings."""
    names: list[str] = []

    def open_one(**settings: Any) -> Sandbox:
        names.append(f"load-{len(names)}")
        return mock.open_sandbox(SandboxSettings.model_validate({"name": names[-1], **settings}))

    yield open_one
    for name in names:
        mock.close_sandbox(name)


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process ends, within some seconds."""

    def wait(pid: int) -> bool:
        until_s = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and time.monotonic() < until_s:
            time.sleep(0.02)
        return not Path(f"/proc/{pid}").exists()

    return wait


@pytest.fixture
def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
