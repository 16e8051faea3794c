"""Limits that refill evenly: GCRA and the token bucket, which are one and the same arithmetic.

See :mod:`mockserver.admission.windows` for what a limit can do.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mockserver.admission.windows import NEVER

if TYPE_CHECKING:
    from mockserver.admission.windows import Entry


class Bucket:
    """Evenly refilled: ``burst`` units at most, and ``limit`` new ones in each ``window_ns``.

    This is GCRA (the theoretical arrival time ``_tat``), which is a token bucket seen from the
    other side; the two differ in the burst that people give them. ``_tat`` counts in nanoseconds
    times ``limit``, so that a unit takes exactly ``window_ns`` of it.
    """

    __slots__ = ("_limit", "_tat", "_window_ns", "capacity")

    def __init__(self, limit: int, window_ns: int, burst: int) -> None:
        self.capacity = burst
        self._limit = limit
        self._window_ns = window_ns
        self._tat = 0

    @property
    def span_ns(self) -> int:
        """See :attr:`Window.span_ns`."""
        return self.capacity * self._window_ns // self._limit

    def wait(self, now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`."""
        now = now_ns * self._limit
        begin = max(self._tat, now)
        over = begin - now + (amount - self.capacity) * self._window_ns
        if over <= 0:
            return 0
        return -(-over // self._limit) if amount <= self.capacity else NEVER

    def take(self, now_ns: int, amount: int) -> Entry | None:
        """See :meth:`Window.take`."""
        now = now_ns * self._limit
        self._tat = max(self._tat, now) + amount * self._window_ns
        return None

    def refuse(self, now_ns: int) -> None:
        """See :meth:`Window.refuse`: it takes a unit too, as long as there is one."""
        now = now_ns * self._limit
        self._tat = min(
            max(self._tat, now) + self._window_ns, now + self.capacity * self._window_ns
        )

    def resize(self, now_ns: int, limit: int, burst: int) -> None:
        """See :meth:`Window.resize`."""
        debt = max(0, self._tat - now_ns * self._limit)
        self._tat = now_ns * limit + debt
        self._limit, self.capacity = limit, burst

    def settle(self, entry: Entry, used: int) -> None:
        """See :meth:`Window.settle`: a request stays one."""

    def remaining(self, now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        debt = max(0, self._tat - now_ns * self._limit)
        return max(0, self.capacity - -(-debt // self._window_ns))

    def whole_in(self, now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        return -(-max(0, self._tat - now_ns * self._limit) // self._limit)


class SettledBucket(Bucket):
    """A bucket of tokens: what was taken too much comes back exactly.

    Since a full bucket takes no more, giving back the difference alone could give too much. So what
    was taken since the bucket was last full (or since the oldest that is open) is kept, and the
    level is worked out again from it, when somebody would be refused by the level as it stands.
    """

    __slots__ = ("_base", "_entries", "_stale")

    def __init__(self, limit: int, window_ns: int, burst: int) -> None:
        super().__init__(limit, window_ns, burst)
        self._base = 0
        self._entries: deque[Entry] = deque()
        self._stale = False

    def wait(self, now_ns: int, amount: int) -> int:
        """See :meth:`Window.wait`."""
        found = super().wait(now_ns, amount)
        if found and self._stale:
            self._work_out()
            found = super().wait(now_ns, amount)
        return found

    def take(self, now_ns: int, amount: int) -> Entry:
        """See :meth:`Window.take`."""
        if self._tat <= now_ns * self._limit:
            self._begin_anew()  # full: nothing before can change anything now
        super().take(now_ns, amount)
        entry = [now_ns, amount, 1]
        self._entries.append(entry)
        return entry

    def resize(self, now_ns: int, limit: int, burst: int) -> None:
        """See :meth:`Window.resize`; what is set aside now counts as used."""
        self._freshen()
        super().resize(now_ns, limit, burst)
        self._begin_anew()

    def settle(self, entry: Entry, used: int) -> None:
        """See :meth:`Window.settle`."""
        if entry[2]:
            self._stale = self._stale or entry[1] != used
            entry[1], entry[2] = used, 0
        entries = self._entries
        while entries and not entries[0][2]:
            at_ns, amount, _ = entries.popleft()
            self._base = max(self._base, at_ns * self._limit) + amount * self._window_ns

    def remaining(self, now_ns: int) -> int:
        """See :meth:`Window.remaining`."""
        self._freshen()
        return super().remaining(now_ns)

    def whole_in(self, now_ns: int) -> int:
        """See :meth:`Window.whole_in`."""
        self._freshen()
        return super().whole_in(now_ns)

    def _freshen(self) -> None:
        if self._stale:
            self._work_out()

    def _begin_anew(self) -> None:
        for entry in self._entries:
            entry[2] = 0
        self._entries.clear()
        self._base, self._stale = self._tat, False

    def _work_out(self) -> None:
        tat = self._base
        for at_ns, amount, _ in self._entries:
            tat = max(tat, at_ns * self._limit) + amount * self._window_ns
        self._tat, self._stale = tat, False
