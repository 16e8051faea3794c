"""Replies that wait at a gate until a test lets them go: a barrier across requests.

A gate is a name. Who comes to it waits; :meth:`Holds.release` lets those go that wait, the first
come first, and :meth:`Holds.wait_parked` tells when so many have come. Not thread-safe: it belongs
to the event loop of its sandbox.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class GateStatus:
    """A gate: how many wait at it now, how many were released, and whether it stands open."""

    gate: str
    parked: int
    released: int
    open: bool


@dataclass(slots=True)
class _Gate:
    """One gate; ``waiting`` holds a future for each reply, in order of arrival."""

    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    released: int = 0
    open: bool = False


class Holds:
    """The gates of one sandbox; a gate is there as soon as somebody speaks of it."""

    def __init__(self) -> None:
        self._gates: dict[str, _Gate] = {}
        self._watchers: list[tuple[str, int, asyncio.Future[None]]] = []

    def park(self, gate: str) -> asyncio.Future[None]:
        """Come to a gate: a future that is done once this one is let go.

        Whoever stops waiting before that says so with :meth:`leave`.
        """
        place = self._gate(gate)
        parked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if place.open:
            parked.set_result(None)
            place.released += 1
            return parked
        place.waiting.append(parked)
        self._tell_watchers()
        return parked

    def leave(self, gate: str, parked: asyncio.Future[None]) -> None:
        """Wait no longer; harmless for one that was let go."""
        waiting = self._gate(gate).waiting
        if parked in waiting:
            waiting.remove(parked)

    def release(self, gate: str, count: int | None = None, *, keep_open: bool = False) -> int:
        """Let go of the first ``count`` that wait at a gate (None: all); how many they were.

        With ``keep_open`` those that come later do not wait either, until the next release
        without it.
        """
        place = self._gate(gate)
        place.open = keep_open
        gone = 0
        while place.waiting and gone != count:
            parked = place.waiting.popleft()
            if not parked.done():  # else its client has just left
                parked.set_result(None)
                gone += 1
        place.released += gone
        return gone

    def release_all(self) -> None:
        """Let everybody go and forget every gate."""
        for gate in self._gates:
            self.release(gate)
        self._gates.clear()

    def parked(self, gate: str) -> int:
        """How many wait at a gate now."""
        found = self._gates.get(gate)
        return 0 if found is None else len(found.waiting)

    def status(self) -> tuple[GateStatus, ...]:
        """Every gate that was spoken of, in the order of that."""
        return tuple(
            GateStatus(name, len(gate.waiting), gate.released, gate.open)
            for name, gate in self._gates.items()
        )

    async def wait_parked(self, gate: str, count: int = 1, timeout_s: float = 5.0) -> bool:
        """Wait until ``count`` wait at a gate, for ``timeout_s`` at most; whether they do."""
        if self.parked(gate) >= count:
            return True
        watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (gate, count, watcher)
        self._watchers.append(entry)
        try:
            await asyncio.wait([watcher], timeout=timeout_s)
        finally:
            self._watchers.remove(entry)
        return watcher.done()

    def _gate(self, name: str) -> _Gate:
        return self._gates.setdefault(name, _Gate())

    def _tell_watchers(self) -> None:
        for gate, count, watcher in self._watchers:
            if self.parked(gate) >= count and not watcher.done():
                watcher.set_result(None)
