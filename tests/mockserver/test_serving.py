"""A server as a program (signals are tried on real processes, in `commands/test_serve.py`)."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest

from mockserver.configuration.file import load_config, server_settings
from mockserver.configuration.reload import Source
from mockserver.errors import CannotListenError
from mockserver.server import MockServer
from mockserver.serving import ready_lines, serve_until_told
from mockserver.settings import KeySettings, SandboxSettings, ServerSettings, TlsSettings

if TYPE_CHECKING:
    from pathlib import Path


async def test_it_serves_until_it_is_told() -> None:
    """It is ready when connections are accepted, and once; the signals are as before then."""
    said: list[str] = []

    def ready(server: MockServer) -> None:
        said.append(server.url)
        os.kill(os.getpid(), signal.SIGTERM)

    async with asyncio.timeout(20):
        await serve_until_told(ServerSettings(), ready)

    assert len(said) == 1
    assert said[0].startswith("http://127.0.0.1:")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_it_says_nothing_when_it_cannot_listen() -> None:
    """The error goes to the caller."""
    said: list[MockServer] = []
    async with MockServer() as server:
        taken = ServerSettings(port=server.default.port)
        with pytest.raises(CannotListenError):
            await serve_until_told(taken, said.append)

    assert said == []


async def test_a_signal_reads_the_file_anew(tmp_path: Path) -> None:
    """Also where changes are not looked for; afterwards SIGHUP is what it was."""
    path = tmp_path / "mock.toml"
    save(path, "seed = 1")
    source = Source(path, lambda: server_settings(load_config(path), port=0), watch=False)
    servers: list[MockServer] = []

    def ready(server: MockServer) -> None:
        servers.append(server)
        save(path, "seed = 2")
        os.kill(os.getpid(), signal.SIGHUP)

    async with asyncio.timeout(20):
        serving = asyncio.create_task(serve_until_told(source.read(), ready, source))
        while not servers or servers[0].default.settings.seed != 2:  # noqa: ASYNC110 - as for a client
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        await serving

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL


def save(path: Path, text: str) -> None:
    path.write_text(text)


async def test_only_the_common_key_is_said() -> None:
    """A key that somebody configured may be worth something."""
    own = SandboxSettings(
        keys=(
            KeySettings(id="old", key="secret-1", state="revoked"),
            KeySettings(id="app", key="secret-2"),
        )
    )
    async with MockServer() as common, MockServer(ServerSettings(sandboxes=(own,))) as configured:
        assert ready_lines(common) == (f"ready {common.url} key pawa-dev-key",)
        assert ready_lines(configured) == (f"ready {configured.url} key-id app",)


async def test_further_sandboxes_and_the_authority_are_said() -> None:
    """A line each."""
    several = (SandboxSettings(tls=TlsSettings()), SandboxSettings(name="b", keys=()))
    async with MockServer(ServerSettings(sandboxes=several)) as server:
        assert ready_lines(server) == (
            f"ready {server.url} key pawa-dev-key",
            f"sandbox b {server.sandbox('b').base_url} key-id none",
            f"trust {server.default.ca_file}",
        )
