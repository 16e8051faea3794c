"""The algorithms of limits: what one owner has used of one limit, and what is still to be had.

Each is a small state machine over whole numbers. Time is passed in as nanoseconds that never go
back, so that nothing here waits, draws or rounds. :class:`Window` says what all of them can do.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fractions import Fraction

NEVER = 1 << 62
"""A wait that no time ends: the request asks for more than the limit holds, or somebody else has
to finish first."""

Entry = list[int]
"""Use that may still be settled: when it was taken, how much, and whether it is open (1 or 0)."""


class Window(Protocol):
    """What one owner has used of one limit.

    ``capacity`` is what it holds when nobody has asked for long; ``span_ns`` is how long all of it
    takes to come back.
    """

    @property
    def capacity(self) -> int:
        """The most that can be had at once."""
        ...

    @property
    def span_ns(self) -> int:
        """How long the whole capacity takes to come back, in nanoseconds; 0: untold."""
        ...

    def wait(self, now_ns: int, amount: int, /) -> int:
        """Nanoseconds until ``amount`` can be had, if nobody else asks; 0 now, or NEVER."""
        ...

    def take(self, now_ns: int, amount: int, /) -> Entry | None:
        """Use ``amount``, which :meth:`wait` allowed; what is to be settled, if anything is."""
        ...

    def refuse(self, now_ns: int, /) -> None:
        """Count a request that was refused."""
        ...

    def settle(self, entry: Entry, used: int, /) -> None:
        """It is over, and so much was really used of what was taken."""
        ...

    def remaining(self, now_ns: int, /) -> int:
        """What can be had now."""
        ...

    def whole_in(self, now_ns: int, /) -> int:
        """Nanoseconds until the whole capacity can be had, if nobody asks; 0 now, or NEVER."""
        ...

    def resize(self, now_ns: int, limit: int, burst: int, /) -> None:
        """Another limit from now on; what was used stays used."""
        ...


class SlidingCount:
    """Requests of any ``span_ns``: the times of those that count, oldest first."""

    __slots__ = ("_times", "capacity", "span_ns")

    def __init__(self, limit: int, span_ns: int) -> None:
        self.capacity = limit
        self.span_ns = span_ns
        self._times: deque[int] = deque()

    def wait(self, now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`."""
        times = self._times
        gone = now_ns - self.span_ns
        while times and times[0] <= gone:
            times.popleft()
        over = len(times) + amount - self.capacity
        if over <= 0:
            return 0
        return times[over - 1] - gone if amount <= self.capacity else NEVER

    def take(self, now_ns: int, amount: int) -> None:
        """See :meth:`Window.take`."""
        for _ in range(amount):
            self._times.append(now_ns)

    def refuse(self, now_ns: int) -> None:
        """See :meth:`Window.refuse`. Older ones can no longer change a decision: they go."""
        self._times.append(now_ns)
        while len(self._times) > self.capacity:
            self._times.popleft()

    def resize(self, _now_ns: int, limit: int, _burst: int) -> None:
        """See :meth:`Window.resize`."""
        self.capacity = limit

    def settle(self, entry: Entry, used: int) -> None:
        """See :meth:`Window.settle`: a request stays one."""

    def remaining(self, now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        self.wait(now_ns, 0)
        return max(0, self.capacity - len(self._times))

    def whole_in(self, now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        self.wait(now_ns, 0)
        return self._times[-1] + self.span_ns - now_ns if self._times else 0


class SlidingSum:
    """Tokens of any ``span_ns``: each request's, oldest first, to be settled later."""

    __slots__ = ("_entries", "_used", "capacity", "span_ns")

    def __init__(self, limit: int, span_ns: int) -> None:
        self.capacity = limit
        self.span_ns = span_ns
        self._entries: deque[Entry] = deque()
        self._used = 0

    def wait(self, now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`."""
        self._forget(now_ns)
        over = self._used + amount - self.capacity
        if over <= 0:
            return 0
        if amount > self.capacity:
            return NEVER
        for at_ns, held, _ in self._entries:
            over -= held
            if over <= 0:
                return at_ns + self.span_ns - now_ns
        raise AssertionError("what is used is the sum of what was taken")

    def take(self, now_ns: int, amount: int) -> Entry:
        """See :meth:`Window.take`."""
        entry = [now_ns, amount, 1]
        self._entries.append(entry)
        self._used += amount
        return entry

    def refuse(self, now_ns: int) -> None:
        """See :meth:`Window.refuse`: a refused request uses no tokens."""

    def resize(self, _now_ns: int, limit: int, _burst: int) -> None:
        """See :meth:`Window.resize`."""
        self.capacity = limit

    def settle(self, entry: Entry, used: int) -> None:
        """See :meth:`Window.settle`; what has left the window is not asked about any more."""
        if entry[2]:
            self._used += used - entry[1]
            entry[1], entry[2] = used, 0

    def remaining(self, now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        self._forget(now_ns)
        return max(0, self.capacity - self._used)

    def whole_in(self, now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        self._forget(now_ns)
        last = next((entry[0] for entry in reversed(self._entries) if entry[1]), None)
        return 0 if last is None else last + self.span_ns - now_ns

    def _forget(self, now_ns: int) -> None:
        gone = now_ns - self.span_ns
        entries = self._entries
        while entries and entries[0][0] <= gone:
            entry = entries.popleft()
            self._used -= entry[1]
            entry[2] = 0


class FixedWindow:
    """So much in each window of the clock: those begin at whole multiples of ``span_ns``.

    ``settled`` says whether what is taken is settled later (tokens) or not (requests).
    """

    __slots__ = ("_number", "_settled", "_used", "capacity", "span_ns")

    def __init__(self, limit: int, span_ns: int, *, settled: bool = False) -> None:
        self.capacity = limit
        self._settled = settled
        self.span_ns = span_ns
        self._number = -1
        self._used = 0

    def wait(self, now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`."""
        number = now_ns // self.span_ns
        if number != self._number:
            self._number, self._used = number, 0
        if self._used + amount <= self.capacity:
            return 0
        return (number + 1) * self.span_ns - now_ns if amount <= self.capacity else NEVER

    def take(self, _now_ns: int, amount: int) -> Entry | None:
        """See :meth:`Window.take`."""
        self._used += amount
        return [self._number, amount, 1] if self._settled else None

    def refuse(self, now_ns: int) -> None:
        """See :meth:`Window.refuse`."""
        self.wait(now_ns, 0)
        self._used += 1

    def resize(self, _now_ns: int, limit: int, _burst: int) -> None:
        """See :meth:`Window.resize`."""
        self.capacity = limit

    def settle(self, entry: Entry, used: int) -> None:
        """See :meth:`Window.settle`; a window that is over is not asked about any more."""
        if entry[2] and entry[0] == self._number:
            self._used += used - entry[1]
        entry[2] = 0

    def remaining(self, now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        self.wait(now_ns, 0)
        return max(0, self.capacity - self._used)

    def whole_in(self, now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        self.wait(now_ns, 0)
        return (self._number + 1) * self.span_ns - now_ns if self._used else 0


class Concurrency:
    """Requests that are open at once."""

    __slots__ = ("_open", "capacity")

    span_ns = 0

    def __init__(self, limit: int) -> None:
        self.capacity = limit
        self._open = 0

    def wait(self, _now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`: nobody knows when another request ends."""
        return 0 if self._open + amount <= self.capacity else NEVER

    def take(self, now_ns: int, amount: int) -> Entry:
        """See :meth:`Window.take`."""
        self._open += amount
        return [now_ns, amount, 1]

    def refuse(self, now_ns: int) -> None:
        """See :meth:`Window.refuse`: a refused request is not open."""

    def resize(self, _now_ns: int, limit: int, _burst: int) -> None:
        """See :meth:`Window.resize`."""
        self.capacity = limit

    def settle(self, entry: Entry, _used: int) -> None:
        """See :meth:`Window.settle`: it is over, whatever it used."""
        if entry[2]:
            self._open -= entry[1]
            entry[2] = 0

    def remaining(self, _now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        return max(0, self.capacity - self._open)

    def whole_in(self, _now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        return NEVER if self._open else 0


class Slope:
    """Growth: in each window of the clock at most ``growth`` times what the one before let in,
    and ``limit`` more."""

    __slots__ = ("_before", "_growth", "_limit", "_number", "_used", "span_ns")

    def __init__(self, limit: int, span_ns: int, growth: Fraction) -> None:
        self.span_ns = span_ns
        self._limit = limit
        self._growth = growth
        self._number = -1
        self._before = 0
        self._used = 0

    @property
    def capacity(self) -> int:
        """What the window that was asked about last may let in."""
        return self._limit + self._before * self._growth.numerator // self._growth.denominator

    def wait(self, now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`."""
        number = now_ns // self.span_ns
        if number != self._number:
            self._before = self._used if number == self._number + 1 else 0
            self._number, self._used = number, 0
        if self._used + amount <= self.capacity:
            return 0
        return (number + 1) * self.span_ns - now_ns

    def take(self, _now_ns: int, amount: int) -> None:
        """See :meth:`Window.take`."""
        self._used += amount

    def refuse(self, now_ns: int) -> None:
        """See :meth:`Window.refuse`: only what is let in is growth."""

    def resize(self, _now_ns: int, limit: int, _burst: int) -> None:
        """See :meth:`Window.resize`."""
        self._limit = limit

    def settle(self, entry: Entry, used: int) -> None:
        """See :meth:`Window.settle`: a request stays one."""

    def remaining(self, now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        self.wait(now_ns, 0)
        return max(0, self.capacity - self._used)

    def whole_in(self, now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        self.wait(now_ns, 0)
        return (self._number + 1) * self.span_ns - now_ns if self._used else 0
