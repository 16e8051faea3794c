"""A server as a program (signals are tried on real processes, in `commands/test_serve.py`)."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from mockserver.errors import CannotListenError
from mockserver.server import MockServer
from mockserver.serving import ready_line, serve_until_told
from mockserver.settings import KeySettings, SandboxSettings, ServerSettings


async def test_it_serves_until_it_is_told() -> None:
    """The ready line comes when connections are accepted, and once."""
    said: list[str] = []

    def announce(line: str) -> None:
        said.append(line)
        os.kill(os.getpid(), signal.SIGTERM)

    async with asyncio.timeout(20):
        await serve_until_told(ServerSettings(), announce)

    assert len(said) == 1
    assert said[0].startswith("ready http://127.0.0.1:")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_it_says_nothing_when_it_cannot_listen() -> None:
    """The error goes to the caller."""
    said: list[str] = []
    async with MockServer() as server:
        taken = ServerSettings(port=server.default.port)
        with pytest.raises(CannotListenError):
            await serve_until_told(taken, said.append)

    assert said == []


async def test_only_the_common_key_is_said() -> None:
    """A key that somebody configured may be worth something."""
    own = SandboxSettings(
        keys=(
            KeySettings(id="old", key="secret-1", state="revoked"),
            KeySettings(id="app", key="secret-2"),
        )
    )
    async with MockServer() as common, MockServer(ServerSettings(sandboxes=(own,))) as configured:
        assert ready_line(common) == f"ready {common.url} key pawa-dev-key"
        assert ready_line(configured) == f"ready {configured.url} key-id app"
