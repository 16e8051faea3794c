"""A sandbox's clock: what time it is, and being called when some has passed.

Everything in a sandbox that measures or waits asks its clock and no other, so that time can be
somebody else's decision.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer(Protocol):
    """A pending call that can be called off."""

    def cancel(self) -> None:
        """Never make the call; harmless when it was made already."""
        ...


class Clock(Protocol):
    """The time of one sandbox."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back, comparable with ``time.monotonic_ns()``."""
        ...

    def wall_s(self) -> float:
        """Seconds since the epoch."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call ``callback`` on the event loop after ``delay_s`` seconds, never sooner."""
        ...


class RealClock:
    """The machine's clock, and the running event loop's timers."""

    __slots__ = ()

    def monotonic_ns(self) -> int:
        """See :meth:`Clock.monotonic_ns`."""
        return time.monotonic_ns()

    def wall_s(self) -> float:
        """See :meth:`Clock.wall_s`."""
        return time.time()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """See :meth:`Clock.call_later`."""
        return asyncio.get_running_loop().call_later(delay_s, callback)
