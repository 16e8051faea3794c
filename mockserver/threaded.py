"""A mock server in a thread of its own, for tests and programs that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Self, TypeVar

from mockserver.errors import NotRunningError
from mockserver.server import MockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType
    from typing import Any

    from mockserver.sandbox import Sandbox
    from mockserver.settings import SandboxSettings, ServerSettings

T = TypeVar("T")


class ThreadedMockServer:
    """A :class:`MockServer` on an event loop in a daemon thread.

    Journals may be read from any thread. What changes a sandbox (rules, settings, reset) belongs on
    the server's loop: pass it to :meth:`call`.
    """

    def __init__(self, settings: ServerSettings | None = None) -> None:
        self.server = MockServer(settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen. Raises PortInUse or CannotListenError, and then leaves no thread behind."""
        loop = asyncio.new_event_loop()
        self._loop = loop
        self._thread = threading.Thread(target=loop.run_forever, name="pawa-mock", daemon=True)
        self._thread.start()
        try:
            self.run(self.server.start())
        except BaseException:
            self._stop_loop()
            raise

    def close(self) -> None:
        """Stop listening, end every connection, and end the thread."""
        if self._loop is None:
            return
        try:
            self.run(self.server.close())
        finally:
            self._stop_loop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The API address of the first sandbox."""
        return self.server.url

    @property
    def control_url(self) -> str:
        """The address of the control API."""
        return self.server.control_url

    def sandbox(self, name: str = "default") -> Sandbox:
        """An open sandbox by its name. Raises UnknownSandboxError."""
        return self.server.sandbox(name)

    def open_sandbox(self, settings: SandboxSettings) -> Sandbox:
        """Open a sandbox on a port of its own."""
        return self.run(self.server.open_sandbox(settings))

    def close_sandbox(self, name: str) -> None:
        """Close a sandbox and all its connections."""
        self.run(self.server.close_sandbox(name))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Await ``work`` on the server's loop and give its result."""
        if self._loop is None:
            work.close()
            raise NotRunningError("a call to the server's loop")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def call(self, function: Callable[[], T]) -> T:
        """Call ``function`` on the server's loop and give its result."""

        async def called() -> T:
            return function()

        return self.run(called())

    def _stop_loop(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
