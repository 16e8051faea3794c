"""How a client is told of the mock by its environment, as lines of a ``.env`` file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockserver.configuration.file import ConfigError
from mockserver.control.address import root_of
from mockserver.settings import DEFAULT_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mockserver.sandbox import Sandbox
    from mockserver.server import MockServer

BASE_URL, API_KEY = "PAWA_AI_BASE_URL", "PAWA_AI_API_KEY"
TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Where Python, requests and node look for certificates to trust."""

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(\w+)\s*=")


def environment_of(server: MockServer) -> dict[str, str]:
    """What an application needs to find the mock; a key only when it is the common one."""
    sandbox = server.default
    told = {BASE_URL: sandbox.base_url}
    if sandbox.key == DEFAULT_KEY:
        told[API_KEY] = sandbox.key
    told["PAWA_MOCK_SERVER"] = root_of(server.control_url)
    if sandbox.ca_file is not None:
        told |= dict.fromkeys(TRUST, str(sandbox.ca_file))
    return told


def env_lines(server: MockServer) -> tuple[str, ...]:
    """The environment as lines for copying; of a configured key only where it stands is said."""
    lines = [f"{name}={value}" for name, value in environment_of(server).items()]
    ids = active_keys(server.default)
    if server.default.key != DEFAULT_KEY and ids:
        lines.insert(1, f"# {API_KEY}: the secret of key {ids[0]}, as it is configured")
    return tuple(lines)


def active_keys(sandbox: Sandbox) -> tuple[str, ...]:
    """The ids of the keys that open something."""
    return tuple(key.id for key in sandbox.settings.keys if key.state == "active")


def merged(text: str, told: Mapping[str, str]) -> str:
    """A ``.env`` text with these assignments: in the place of earlier ones, else at its end."""
    left = dict(told)
    lines: list[str] = []
    for line in text.splitlines():
        found = _ASSIGNMENT.match(line)
        if found is None or found[1] not in told:
            lines.append(line)
        elif found[1] in left:
            lines.append(f"{found[1]}={left.pop(found[1])}")
    lines += [f"{name}={value}" for name, value in left.items()]
    return "\n".join(lines) + "\n"


def write_env(file: Path, told: Mapping[str, str]) -> None:
    """Write assignments into a file; whatever else stands in it stays. Raises ConfigError."""
    try:
        text = file.read_text("utf-8") if file.exists() else ""
        file.write_text(merged(text, told), "utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise ConfigError([f"{file}: cannot be written: {reason.lower()}"]) from error
