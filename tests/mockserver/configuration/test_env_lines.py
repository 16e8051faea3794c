"""How an application is told of the mock by its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.configuration.env_lines import (
    TRUST,
    active_keys,
    env_lines,
    environment_of,
    merged,
    write_env,
)
from mockserver.configuration.file import ConfigError
from mockserver.server import MockServer
from mockserver.settings import KeySettings, SandboxSettings, ServerSettings, TlsSettings

if TYPE_CHECKING:
    from pathlib import Path

KEYS = (
    KeySettings(id="old", key="secret-1", state="revoked"),
    KeySettings(id="app", key="secret-2"),
)


async def test_address_and_key_are_lines_for_copying() -> None:
    """And where commands find the server."""
    async with MockServer() as server:
        assert env_lines(server) == (
            f"PAWA_AI_BASE_URL={server.url}",
            "PAWA_AI_API_KEY=pawa-dev-key",
            f"PAWA_MOCK_SERVER={server.url.removesuffix('/v1')}",
        )


async def test_the_secret_of_a_configured_key_is_never_said() -> None:
    """Only which one it is."""
    own = ServerSettings(sandboxes=(SandboxSettings(keys=KEYS),))
    async with MockServer(own) as server:
        lines = env_lines(server)
        told = environment_of(server)
        assert active_keys(server.default) == ("app",)

    assert lines[1] == "# PAWA_AI_API_KEY: the secret of key app, as it is configured"
    assert "PAWA_AI_API_KEY" not in told
    assert "secret-2" not in f"{lines}{told}"


async def test_with_tls_it_says_whom_to_trust() -> None:
    """In the names that Python, requests and node read."""
    secured = ServerSettings(sandboxes=(SandboxSettings(tls=TlsSettings()),))
    async with MockServer(secured) as server:
        told = environment_of(server)

        assert told["PAWA_AI_BASE_URL"].startswith("https://")
        assert {told[name] for name in TRUST} == {str(server.default.ca_file)}


def test_other_lines_of_a_file_stay() -> None:
    """Ours take the place of earlier ones; what is missing comes at the end."""
    text = "# mine\nOTHER=1\nexport PAWA_AI_API_KEY=x\nPAWA_AI_API_KEY=y\n"

    told = merged(text, {"PAWA_AI_BASE_URL": "u", "PAWA_AI_API_KEY": "k"})

    assert told == "# mine\nOTHER=1\nPAWA_AI_API_KEY=k\nPAWA_AI_BASE_URL=u\n"
    assert merged(told, {"PAWA_AI_BASE_URL": "u", "PAWA_AI_API_KEY": "k"}) == told


def test_a_file_is_written(tmp_path: Path) -> None:
    """Whether it was there or not; where it cannot be, one line says so."""
    file = tmp_path / ".env"
    write_env(file, {"A": "1"})
    write_env(file, {"A": "2", "B": "3"})

    assert file.read_text() == "A=2\nB=3\n"
    with pytest.raises(ConfigError, match="cannot be written: is a directory"):
        write_env(tmp_path, {"A": "1"})
