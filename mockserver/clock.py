"""A sandbox's clock: what time it is, and being called when some has passed.

Everything in a sandbox that limits, expires or waits asks its clock and no other, so that time can
be somebody else's decision: stopped, turned forward, let go again. What the journal stamps is the
machine's time (``time.monotonic_ns()``) whatever the clock says.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Protocol

from mockserver.errors import ClockError
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from collections.abc import Callable

NS_PER_S = 1_000_000_000

SETTLING_TURNS = 8
"""Turns of the event loop that whoever was woken gets to come to the next pause, before the clock
is turned on. Waking takes one, the step after it another, and a freed worker wakes the next."""

FURTHEST_S = 36_525 * 86_400.0
"""The furthest that a clock is turned at once: a hundred years."""


class Timer(Protocol):
    """A pending call that can be called off."""

    def cancel(self) -> None:
        """Never make the call; harmless when it was made already."""
        ...


class Clock(Protocol):
    """The time of one sandbox."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back."""
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


class TurnableClock:
    """A clock that runs with the machine's until it is stopped or turned forward.

    ``start`` is the instant that it shows at first (the machine's time without one). It is turned
    on the event loop that waits on it, and it never goes back.
    """

    __slots__ = (
        "_ahead_ns",
        "_frozen",
        "_frozen_at_start",
        "_heap",
        "_pending",
        "_start",
        "_stopped_ns",
        "_turning",
        "_wall_gap_ns",
        "monotonic_ns",
    )

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._start = start
        self._frozen_at_start = frozen
        self._frozen = False
        self.monotonic_ns: Callable[[], int] = time.monotonic_ns
        """See :meth:`Clock.monotonic_ns`; only differences have a meaning. The machine's own
        function for as long as nobody has turned the clock, so that reading it costs no more."""
        self._ahead_ns = 0
        self._stopped_ns: int | None = None
        self._wall_gap_ns: int | None = None
        self._pending: set[_Waiting] = set()
        self._heap: list[_Waiting] = []
        self._turning = asyncio.Lock()
        self.restart()

    @property
    def frozen(self) -> bool:
        """Whether time stands still, but for being turned."""
        return self._frozen

    @property
    def waiting(self) -> int:
        """How many calls are pending."""
        return len(self._pending)

    @property
    def next_due_s(self) -> float | None:
        """Seconds until the first pending call is due; None without one."""
        if not self._pending:
            return None
        return max(0, min(self._pending).due_ns - self.monotonic_ns()) / NS_PER_S

    def wall_s(self) -> float:
        """See :meth:`Clock.wall_s`."""
        if self._wall_gap_ns is None:
            return time.time()
        return (self.monotonic_ns() + self._wall_gap_ns) / NS_PER_S

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """See :meth:`Clock.call_later`."""
        waiting = _Waiting(self._pending, self.monotonic_ns() + round(delay_s * NS_PER_S), callback)
        self._pending.add(waiting)
        if self._stopped_ns is None:
            waiting.handle = asyncio.get_running_loop().call_later(delay_s, waiting.ring)
        else:
            self._line_up(waiting)
        return waiting

    def freeze(self) -> None:
        """Let time stand still; whoever waits goes on waiting."""
        self._frozen = True
        self._stop()

    def resume(self) -> None:
        """Let time run on from where it stands (or, while it is turned, from where it gets to)."""
        self._frozen = False
        if not self._turning.locked():
            self._run()

    async def advance(self, seconds: float) -> None:
        """Turn the clock forward. Raises ClockError for a way that is negative or too far.

        Time passes through every moment at which somebody waits to be called, in order, and whoever
        was called gets a few turns of the event loop to lay down the next pause. So a stream with a
        chunk a second sends sixty of them when a minute is passed.
        """
        if not 0 <= seconds <= FURTHEST_S:
            raise ClockError(f"the clock is turned by 0 to {FURTHEST_S:.0f} s, not by {seconds:g}")
        async with self._turning:
            await self._turn_to(self._stop() + round(seconds * NS_PER_S))

    async def set(self, instant: datetime) -> None:
        """Turn the clock forward to an instant. Raises ClockError for one that has passed."""
        async with self._turning:
            now_ns = self._stop()
            until_ns = _epoch_ns(instant) - self._hold_wall()
            if 0 <= until_ns - now_ns <= FURTHEST_S * NS_PER_S:
                await self._turn_to(until_ns)
                return
            self._go_on()
        raise ClockError(
            f"the clock shows {iso_time(self.wall_s())}: it goes forward only, a hundred years at "
            f"most at once, not to {instant.isoformat()}"
        )

    def restart(self) -> None:
        """Show the first instant again, frozen as at first; what is pending keeps its delay."""
        if self._frozen_at_start:
            self.freeze()
        self._wall_gap_ns = None
        if self._start is not None:
            self._wall_gap_ns = _epoch_ns(self._start) - self.monotonic_ns()
        if self._frozen_at_start:
            self._hold_wall()
        else:
            self.resume()

    async def _turn_to(self, until_ns: int) -> None:
        """Stand at each moment at which somebody is due, and at last at ``until_ns``."""
        try:
            while self._heap and self._heap[0].due_ns <= until_ns:
                self._stopped_ns = due_ns = max(self._heap[0].due_ns, self.monotonic_ns())
                called = False
                while self._heap and self._heap[0].due_ns <= due_ns:
                    called |= heappop(self._heap).ring()
                for _ in range(SETTLING_TURNS if called else 0):
                    await asyncio.sleep(0)
            self._stopped_ns = until_ns
        finally:
            self._go_on()

    def _go_on(self) -> None:
        if not self._frozen:
            self._run()

    def _stop(self) -> int:
        """Stand still; the moment at which it does."""
        if self._stopped_ns is None:
            self._hold_wall()
            self._stopped_ns = self.monotonic_ns()
            self.monotonic_ns = self._turned_ns
            for waiting in self._pending:
                waiting.unwind()
            self._heap = list(self._pending)
            heapify(self._heap)
        return self._stopped_ns

    def _run(self) -> None:
        if self._stopped_ns is None:
            return
        now_ns = self._stopped_ns
        self._ahead_ns = now_ns - time.monotonic_ns()
        self._stopped_ns = None
        self._heap = []
        for waiting in sorted(self._pending):
            left_s = max(0, waiting.due_ns - now_ns) / NS_PER_S
            waiting.handle = asyncio.get_running_loop().call_later(left_s, waiting.ring)

    def _turned_ns(self) -> int:
        if self._stopped_ns is not None:
            return self._stopped_ns
        return time.monotonic_ns() + self._ahead_ns

    def _hold_wall(self) -> int:
        """Bind wall time to the monotonic one from here on; the nanoseconds between the two."""
        if self._wall_gap_ns is None:
            self._wall_gap_ns = time.time_ns() - self.monotonic_ns()
        return self._wall_gap_ns

    def _line_up(self, waiting: _Waiting) -> None:
        heappush(self._heap, waiting)
        if len(self._heap) > 2 * len(self._pending) + 64:
            # Those that were called off must not pile up while time stands still.
            self._heap = list(self._pending)
            heapify(self._heap)


class _Waiting:
    """One pending call of a clock; the earlier one is the lesser."""

    __slots__ = ("_among", "_callback", "_number", "due_ns", "handle")

    def __init__(self, among: set[_Waiting], due_ns: int, callback: Callable[[], None]) -> None:
        self._number = next(_NUMBERS)
        self._among = among
        self._callback = callback
        self.due_ns = due_ns
        self.handle: asyncio.TimerHandle | None = None

    def __lt__(self, other: _Waiting) -> bool:
        return (self.due_ns, self._number) < (other.due_ns, other._number)

    def ring(self) -> bool:
        """Make the call, unless it was called off; whether it was made."""
        if self not in self._among:
            return False
        self._among.discard(self)
        self._callback()
        return True

    def unwind(self) -> None:
        """Take the loop's timer away; the call stays pending."""
        if self.handle is not None:
            self.handle.cancel()
            self.handle = None

    def cancel(self) -> None:
        """See :meth:`Timer.cancel`."""
        self._among.discard(self)
        self.unwind()


_NUMBERS = count()


def _epoch_ns(instant: datetime) -> int:
    """Nanoseconds since the epoch, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1) * 1000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
