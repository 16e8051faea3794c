"""The words after ``--client``: which way leads to the client under test.

Parsing is pure; :meth:`LaunchPlan.start` starts what the words name.
"""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from scenarios.clients.errors import ClientSpecError

if TYPE_CHECKING:
    from scenarios.clients.driver import Driver

FORMS = (
    "reference, pawa-sdk, pawa-sdk-async, python:package.module:factory, cmd:COMMAND, "
    "http://HOST:PORT[/path][#mapping.toml]"
)
"""The valid forms, as every error lists them."""

NAMED_FACTORIES = {
    "reference": "scenarios.clients.reference_adapter:factory",
    "pawa-sdk": "scenarios.clients.sdk_adapter:sync_factory",
    "pawa-sdk-async": "scenarios.clients.sdk_adapter:async_factory",
}
"""The clients that have a name of their own, and the factory behind each."""

_DOTTED_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """How to reach one client: a command that speaks the protocol, or an application's address."""

    spec: str
    command: tuple[str, ...] = ()
    url: str | None = None
    mapping: Path | None = None

    async def start(self, *, debug_log: bool = False, salt: bytes | None = None) -> Driver:
        """The running client.

        ``debug_log`` asks an adapter (through ``PAWA_CLIENT_LOG=debug``) to log everything to its
        stderr; ``salt`` is that of the fingerprints that stand for keys in what the driver tells.
        Raises :class:`~scenarios.clients.errors.ClientStartError`.
        """
        if self.url is not None:
            from scenarios.clients.application import ApplicationDriver  # noqa: PLC0415 - one way

            return await ApplicationDriver.start(self.url, self.mapping)
        from scenarios.clients.process import ProcessDriver  # noqa: PLC0415 - of two is needed

        environment = {"PAWA_CLIENT_LOG": "debug"} if debug_log else {}
        return await ProcessDriver.start(
            self.command, environment=environment, name=self.spec, salt=salt
        )


def parse_spec(text: str) -> LaunchPlan:
    """The plan that a client spec names; raises :class:`ClientSpecError`, one line."""
    if text in NAMED_FACTORIES:
        return LaunchPlan(text, command=host_command(NAMED_FACTORIES[text]))
    scheme, _, rest = text.partition(":")
    if scheme == "python":
        return _python(text, rest)
    if scheme == "cmd":
        return _command(text, rest)
    if scheme in ("http", "https"):
        return _application(text)
    raise ClientSpecError(f"unknown client {text!r}; valid: {FORMS}")


def host_command(factory: str) -> tuple[str, ...]:
    """The command that carries ``module:factory`` in a Python host of this very interpreter."""
    return (sys.executable, "-m", "scenarios.clients.host", f"python:{factory}")


def _python(text: str, factory: str) -> LaunchPlan:
    module, colon, attribute = factory.partition(":")
    if not colon or not _DOTTED_NAME.fullmatch(module) or not _DOTTED_NAME.fullmatch(attribute):
        raise ClientSpecError(
            f"client {text!r} must be python:package.module:factory; valid: {FORMS}"
        )
    return LaunchPlan(text, command=host_command(factory))


def _command(text: str, rest: str) -> LaunchPlan:
    try:
        command = tuple(shlex.split(rest))
    except ValueError as error:
        raise ClientSpecError(f"client {text!r}: {error}; valid: {FORMS}") from None
    if not command:
        raise ClientSpecError(f"client {text!r} names no command after 'cmd:'; valid: {FORMS}")
    return LaunchPlan(text, command=command)


def _application(text: str) -> LaunchPlan:
    url, mapping = urldefrag(text)
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        reachable = False
    if not reachable:
        raise ClientSpecError(f"client {text!r} is no address of an application; valid: {FORMS}")
    return LaunchPlan(text, url=url.rstrip("/"), mapping=Path(mapping) if mapping else None)
