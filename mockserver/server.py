"""A mock server: its sandboxes, each on a port of its own, and the control API on the first one's.

:class:`MockServer` lives on the running event loop; :class:`ThreadedMockServer` brings a thread
with a loop of its own, for synchronous tests.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Self

from mockserver.audit import Audit
from mockserver.control import door
from mockserver.control.address import PREFIX
from mockserver.errors import (
    DefaultSandboxError,
    NotRunningError,
    SandboxExistsError,
    UnknownSandboxError,
)
from mockserver.metrics.exposition import Exposition
from mockserver.sandbox import Sandbox
from mockserver.settings import ServerSettings

if TYPE_CHECKING:
    from types import TracebackType

    from mockserver.settings import SandboxSettings
    from mockserver.transport.connection_server import Serve


class MockServer:
    """Sandboxes behind one life cycle.

    The first sandbox of the settings shares its port with the control API (``/_mock/…``); each
    further one has its own. Use it as an asynchronous context manager, or call :meth:`start` and
    :meth:`close`.
    """

    def __init__(
        self, settings: ServerSettings | None = None, *, salt: bytes | None = None
    ) -> None:
        """``salt`` is that of the fingerprints of keys in every journal; a fresh one without it."""
        self.settings = ServerSettings() if settings is None else settings
        self.metrics = Exposition(self)
        self.audit = Audit(self)
        self._sandboxes: dict[str, Sandbox] = {}
        self._salt = secrets.token_bytes(16) if salt is None else salt

    async def start(self) -> None:
        """Listen. Raises PortInUse or CannotListenError; then nothing is left open."""
        try:
            for number, settings in enumerate(self.settings.sandboxes):
                await self._open(settings, first=number == 0)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop listening and end every connection, also those in the middle of a stream."""
        sandboxes, self._sandboxes = list(self._sandboxes.values()), {}
        for sandbox in sandboxes:
            await sandbox.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def default(self) -> Sandbox:
        """The first sandbox. Raises NotRunningError outside of start and close."""
        first = self._sandboxes.get(self.settings.sandboxes[0].name)
        if first is None:
            raise NotRunningError("a sandbox")
        return first

    @property
    def url(self) -> str:
        """The API address of the first sandbox."""
        return self.default.base_url

    @property
    def control_url(self) -> str:
        """The address of the control API."""
        return self.default.base_url.removesuffix("/v1") + PREFIX

    @property
    def sandboxes(self) -> tuple[Sandbox, ...]:
        """All open sandboxes, the first one first."""
        return tuple(self._sandboxes.values())

    def sandbox(self, name: str = "default") -> Sandbox:
        """An open sandbox by its name. Raises UnknownSandboxError."""
        try:
            return self._sandboxes[name]
        except KeyError:
            raise UnknownSandboxError(name, tuple(self._sandboxes)) from None

    async def open_sandbox(self, settings: SandboxSettings) -> Sandbox:
        """Open a sandbox on a port of its own.

        Raises SandboxExistsError, PortInUse or CannotListenError.
        """
        if not self._sandboxes:
            raise NotRunningError("opening a sandbox")
        return await self._open(settings, first=False)

    async def close_sandbox(self, name: str) -> None:
        """Close a sandbox and all its connections. Raises UnknownSandboxError.

        The first one cannot be closed alone: its port is the control API's (DefaultSandboxError).
        """
        sandbox = self.sandbox(name)
        if sandbox is self.default:
            raise DefaultSandboxError(
                f"sandbox {name!r} shares its port with the control API; close the whole server"
            )
        del self._sandboxes[name]
        await sandbox.close()

    async def _open(self, settings: SandboxSettings, *, first: bool) -> Sandbox:
        if settings.name in self._sandboxes:
            raise SandboxExistsError(settings.name)
        sandbox = Sandbox(
            settings,
            host=self.settings.host,
            port=(self.settings.port or settings.port) if first else settings.port,
            salt=self._salt,
            door=self._door if first else None,
        )
        self._sandboxes[settings.name] = sandbox
        try:
            await sandbox.open()
        except BaseException:
            del self._sandboxes[settings.name]
            raise
        return sandbox

    def _door(self, serve: Serve) -> Serve:
        return door.before(serve, self)
