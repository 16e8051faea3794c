"""What accepts connections: one object for each, and an end for all of them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Literal

from mockserver.transport.connections import Connection
from mockserver.transport.eager import start_now

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mockserver.journal import Journal
    from mockserver.transport.incoming import Incoming

    Serve = Callable[[Incoming, Connection], Coroutine[Any, Any, bool]]

RECEIVE_LIMIT_S = 60.0
"""How long a client may take to send a request, once it has begun."""

_SWEEP_S = 5.0


class ConnectionServer:
    """Makes a :class:`Connection` for each accept, and keeps those that are open.

    ``serve`` answers a request (or what was none) and writes the answer itself; it says whether the
    connection can serve another. A request that is not whole ``receive_s`` seconds after its first
    byte is ended. ``slow_accept``, where it is set, is given what has to be called before anything
    is read from a new connection.
    """

    def __init__(
        self, serve: Serve, journal: Journal, *, receive_s: float = RECEIVE_LIMIT_S
    ) -> None:
        self.serve = serve
        self.receive_s = receive_s
        self._journal = journal
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[bool]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self.slow_accept: Callable[[Callable[[], None]], object] | None = None

    def __call__(self) -> Connection:
        """A protocol for a new connection."""
        return Connection(self, self._journal)

    def opened(self, connection: Connection) -> None:
        """A connection was accepted."""
        self._connections.add(connection)
        if self._sweep is None:
            self._sweep_later()

    def closed(self, connection: Connection) -> None:
        """A connection is gone, and with it the turn of those that waited on it: they are noted."""
        self._connections.discard(connection)
        for incoming in connection.unserved():
            if incoming.message is not None:
                _, task = start_now(self.serve(incoming, connection), asyncio.get_running_loop())
                if task is not None:
                    self.keep(task)

    def keep(self, task: asyncio.Task[bool]) -> None:
        """Hold a request that is being served until it is done."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def open_connections(self) -> list[Connection]:
        """The connections that are open now."""
        return list(self._connections)

    def end_idle(self, how: Literal["fin", "rst"] = "rst") -> int:
        """End the connections on which nothing is going on, and say how many they were."""
        idle = [connection for connection in self.open_connections() if connection.idle]
        for connection in idle:
            connection.reset() if how == "rst" else connection.finish()
        return len(idle)

    async def stop(self, timeout_s: float = 2.0) -> None:
        """End every connection at once and wait until their requests have finished."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for connection in self.open_connections():
            connection.stop()
        tasks = tuple(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        # A transport tells its protocol of the end in the next turn of the loop.
        while self._connections:  # noqa: ASYNC110 - the last transport announces itself to nobody
            await asyncio.sleep(0)

    def _sweep_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = loop.call_later(min(self.receive_s / 4, _SWEEP_S), self._end_the_slow)

    def _end_the_slow(self) -> None:
        """Look for requests that take too long to come in, for as long as anybody is connected."""
        self._sweep = None
        latest_ns = time.monotonic_ns() - int(self.receive_s * 1e9)
        for connection in self.open_connections():
            since_ns = connection.waits_since_ns()
            if since_ns is not None and since_ns < latest_ns:
                connection.lose_patience()
        if self._connections:
            self._sweep_later()
