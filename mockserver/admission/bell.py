"""A clock whose one pending call can be made before its time: somebody waits, and may be woken."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.clock import Clock, Timer


class Bell:
    """Wraps a clock for one who waits on it; :meth:`ring` ends the wait."""

    __slots__ = ("_clock", "_pending")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: Callable[[], None] | None = None

    def monotonic_ns(self) -> int:
        """See :meth:`Clock.monotonic_ns`."""
        return self._clock.monotonic_ns()

    def wall_s(self) -> float:
        """See :meth:`Clock.wall_s`."""
        return self._clock.wall_s()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """See :meth:`Clock.call_later`; the call before it can no longer be made early."""
        self._pending = callback
        return self._clock.call_later(delay_s, callback)

    def ring(self) -> None:
        """Make the pending call now (it may be made again in its time); none: nothing happens."""
        if self._pending is not None:
            self._pending()
            self._pending = None
