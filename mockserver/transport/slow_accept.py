"""A server that is slow to take connections, for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.clock import Clock, Timer
    from mockserver.transport.connection_server import ConnectionServer


class SlowAccept:
    """Makes new connections wait before anything is read from them, by the sandbox's clock.

    What a client sees is a backlog that nobody empties: the kernel takes its connection and what it
    sends, and no more happens. Connections that are there already are not touched.
    """

    def __init__(self, connections: ConnectionServer, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._end: Timer | None = None

    def begin(self, delay_s: float, duration_s: float | None) -> None:
        """Each new connection waits ``delay_s``, for so long from now (None: for good)."""

        def later(resume: Callable[[], None]) -> Timer:
            return self._clock.call_later(delay_s, resume)

        self.stop()
        self._connections.slow_accept = later
        if duration_s is not None:
            self._end = self._clock.call_later(duration_s, self.stop)

    def stop(self) -> None:
        """New connections are read from at once; those that wait are let in in their time."""
        self._connections.slow_accept = None
        if self._end is not None:
            self._end.cancel()
            self._end = None
