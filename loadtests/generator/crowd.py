"""Everyone who asks: open traffic of one worker, made at the moments of the schedule.

Nobody waits for anybody: each call of each lane is a greenlet of its own. Moments are absolute
(``t0 + at_s``), so nothing drifts; a call that is late is made at once, and its lag is in what is
told of it (``sent_s - scheduled_s``).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.generator.lane_calls import LaneCalls
    from loadtests.generator.written_ahead import WrittenAhead
    from loadtests.traffic.schedule import Arrival

SPARE_S = 0.003
"""With so much time until the next call is due, another one is written ahead."""


class Crowd:
    """One worker's share of the schedule, in all lanes."""

    def __init__(
        self, share: Sequence[Arrival], lanes: Sequence[LaneCalls], written: WrittenAhead
    ) -> None:
        self._share = share
        self._lanes = tuple(lanes)
        self._written = written
        self._cut = Event()

    def make(self, t0_s: float, *, end_s: float, drain_s: float) -> bool:
        """Make every call from ``t0_s`` (monotonic) on; False when it was cut short.

        It takes until ``end_s`` at least; calls that are under way then get ``drain_s`` to end.
        """
        for lane in self._lanes:
            lane.start_at(t0_s)
        # Each lane goes first in turn, so that neither is always delayed by the other's beginning.
        turns = (self._lanes, self._lanes[::-1])
        for place, arrival in enumerate(self._share):
            if not self._waited_until(t0_s + arrival.at_s):
                break
            asked = self._written.take(arrival)
            for lane in turns[place % 2]:
                lane.make(arrival, asked)
        if self._waited_until(t0_s + end_s):
            for lane in self._lanes:
                lane.drain(t0_s + end_s + drain_s, self._cut)
        for lane in self._lanes:
            lane.break_off()
        return not self._cut.is_set()

    def cut(self) -> None:
        """Make no more calls, and tell those under way as running."""
        self._cut.set()

    def _waited_until(self, moment_s: float) -> bool:
        """Wait for a moment, never ending early, and use the time; False when it was cut short."""
        while (left_s := moment_s - time.monotonic()) > 0:
            if left_s > SPARE_S and self._written.write():
                gevent.sleep(0)
            elif self._cut.wait(left_s):
                return False
        return not self._cut.is_set()
