"""An adapter process as a driver: one program, many client instances, restarted after a crash."""

from __future__ import annotations

import asyncio
import shlex
from typing import TYPE_CHECKING, Any

from scenarios.clients.captured import CapturedText, KnownSecrets
from scenarios.clients.errors import ClientStartError
from scenarios.clients.handle import ProcessHandle
from scenarios.clients.lines import manifest_from
from scenarios.clients.protocol import PROTOCOL_VERSION, Manifest
from scenarios.clients.replies import Answered, Broken, Reply, words_of
from scenarios.clients.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HELLO_PATIENCE_S = 30.0
OPEN_PATIENCE_S = 30.0


class ProcessDriver:
    """Runs an adapter command and opens client instances in it."""

    fixed_address = False

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        name: str,
        salt: bytes | None = None,
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._name = name
        self._stderr = CapturedText()
        self._secrets = KnownSecrets(salt)
        self._starting = asyncio.Lock()
        self._session: Session | None = None
        self._manifest: Manifest | None = None
        self._clients = 0
        self.restarts = 0
        """How many times the process was started anew after a crash."""

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        name: str | None = None,
        salt: bytes | None = None,
    ) -> ProcessDriver:
        """Starts the command and greets it; ``name`` is what messages call the client.

        ``salt`` makes a key's fingerprint that of other masks with the same salt.

        Raises :class:`~scenarios.clients.errors.ClientStartError`, one line, when the command is
        not found, ends or prints something else before its hello, or speaks another protocol.
        """
        driver = cls(command, environment or {}, name or shlex.join(command), salt)
        driver._session, driver._manifest = await driver._greeted()
        return driver

    @property
    def manifest(self) -> Manifest:
        """What the adapter said in its hello."""
        if self._manifest is None:
            raise ClientStartError("the client has not been started")
        return self._manifest

    @property
    def slow_exit(self) -> str | None:
        """What had to be done to end the process when it ignored the end of its stdin."""
        return self._session.slow_exit if self._session else None

    async def open(self, settings: Mapping[str, Any]) -> ProcessHandle:
        """A fresh client instance, in a fresh process if the last one has ended."""
        self._secrets.learn(settings)
        self._clients += 1
        name = f"client-{self._clients}"
        async with self._starting:
            session, refused = await self._serving()
        if refused is None:
            reply = await session.ask(
                "open", patience_s=OPEN_PATIENCE_S, client=name, settings=dict(settings)
            )
            refused = None if isinstance(reply, Answered) else reply
        return ProcessHandle(session, name, self._secrets, refused)

    async def close(self) -> None:
        """Ends the process: end of stdin, then SIGTERM after 2 s, then SIGKILL after 2 s more."""
        if self._session is not None:
            await self._session.close()

    def stderr_text(self) -> str:
        """Everything on stderr, bounded, with known keys masked."""
        return self._secrets.mask(self._stderr.text())

    def stderr_raw(self) -> str:
        """The same unmasked: to be scanned, never to be written."""
        return self._stderr.text()

    async def _serving(self) -> tuple[Session, Reply | None]:
        """The session to open the next client in, or why there is none."""
        if self._session is None:
            raise ClientStartError(f"client {self._name!r} has not been started")
        if self._session.broken is not None:
            await self._session.close()
            self.restarts += 1
            try:
                self._session, self._manifest = await self._greeted()
            except ClientStartError as error:
                return self._session, Broken(str(error))
        return self._session, None

    async def _greeted(self) -> tuple[Session, Manifest]:
        session = await Session.start(self._command, self._environment, self._stderr, self._secrets)
        reply = await session.ask(
            "hello", manifest_from, patience_s=HELLO_PATIENCE_S, protocol=PROTOCOL_VERSION
        )
        if isinstance(reply, Answered):
            return session, reply.value
        await session.close()
        words = self._secrets.mask(" ".join(words_of(reply, "hello").split()))
        raise ClientStartError(f"client {self._name!r} did not say hello: {words}")
