"""How late this machine is, measured all the while: the harness's own excuse, never the client's.

A probe asks the event loop to wake it every few milliseconds and notes by how much it is late.
What makes it late (a busy machine, a pause of the process) makes every other time late too.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from dataclasses import dataclass

INTERVAL_S = 0.005


@dataclass(frozen=True, slots=True)
class NoiseFigures:
    """Lateness in seconds over a span of time."""

    p50_s: float
    p99_s: float
    p999_s: float
    max_s: float
    samples: int


def figures(lateness_s: list[float]) -> NoiseFigures:
    """The figures of a list of latenesses; all zero when there is none."""
    ordered = sorted(lateness_s)
    if not ordered:
        return NoiseFigures(0.0, 0.0, 0.0, 0.0, 0)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return NoiseFigures(at(0.5), at(0.99), at(0.999), ordered[-1], len(ordered))


class Noise:
    """Lateness of the running loop, kept for the whole run."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._at_s: list[float] = []
        self._late_s: list[float] = []
        self._probe: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to measure on the running loop."""
        self._probe = asyncio.create_task(self._measure())

    async def stop(self) -> None:
        """Stop measuring."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.wait([self._probe])

    def note(self, at_s: float, late_s: float) -> None:
        """Keep one measurement, made at `at_s` of ``time.monotonic()``."""
        self._at_s.append(at_s)
        self._late_s.append(late_s)

    def between(self, start_s: float, end_s: float) -> NoiseFigures:
        """The figures of a span of ``time.monotonic()``."""
        low, high = bisect_left(self._at_s, start_s), bisect_left(self._at_s, end_s)
        return figures(self._late_s[low:high])

    @property
    def whole(self) -> NoiseFigures:
        """The figures of the run so far."""
        return figures(self._late_s)

    async def _measure(self) -> None:
        while True:
            wanted = time.monotonic() + self._interval_s
            await asyncio.sleep(self._interval_s)
            now = time.monotonic()
            self.note(now, max(0.0, now - wanted))
