"""Being there while the traffic is made: phases on time, journals drained, everything noted.

One loop turns every twenty milliseconds: it reads what was told, empties the journals, samples the
servers and shows where the run stands. The phases are entered beside it, each at its own moment.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadtests.errors import WorldError
from loadtests.events import Started
from loadtests.plan import CLIENT, CONTROL
from loadtests.world import timeline
from loadtests.world.journals import Drain
from loadtests.world.sampling import SAMPLE_S, Beat, open_connections, server_sample
from loadtests.world.sandboxes import spent_micro
from loadtests.world.seen import Seen
from loadtests.world.told import Told
from loadtests.world.watching import TICK_S, Snapshot, phase_at
from mockserver.errors import MockServerError
from scenarios.noise import Noise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadtests.traffic.schedule import Schedule, Span
    from loadtests.world.events_file import EventsFile
    from loadtests.world.sandboxes import ServerName
    from loadtests.world.seen import LaneSeen
    from loadtests.world.watching import Watch
    from mockserver.sandbox import Sandbox
    from mockserver.settings import SandboxSettings

TURN_S = 0.02
"""Seconds between two looks at what was told."""

START_WITHIN_S = 60.0
"""How long the traffic side may take to start its clients."""

SETTLE_S = 2.0
"""How long requests may still be open after the traffic has ended: its clients are being closed."""

STOP_GRACE_S = 2.0
"""How long the traffic side has, when the run is stopped, to tell what it still knows."""

OVERDUE_S = 30.0
"""How long after the drain the traffic side may be silent about its end."""

OTHER_CLOCK_S = 600.0
"""A start that is this far from now is no moment of this machine's clock."""

NOISE_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class OpenServer:
    """A server that runs: its lane, its place in it, and its settings in each phase."""

    lane: str
    server: ServerName
    sandbox: Sandbox
    states: tuple[SandboxSettings, ...]


class Attendance:
    """One run, from its start to the end of the traffic; used once."""

    def __init__(
        self,
        schedule: Schedule,
        servers: Sequence[OpenServer],
        lanes: Mapping[str, LaneSeen],
        *,
        drain_s: float,
        alive: Callable[[], bool] | None = None,
    ) -> None:
        self._schedule = schedule
        self._servers = tuple(servers)
        self._lanes = lanes
        self._drain_s = drain_s
        self._alive = alive
        self._told = Told(lanes, schedule)
        self._drains: list[tuple[OpenServer, Drain]] = []
        self._sample = Beat(SAMPLE_S)
        self._tick = Beat(TICK_S)
        self._t0_s = 0.0
        self._phase_starts_s: list[float] = []
        self._stopped: tuple[float, str] | None = None
        self._cut_at_s: float | None = None

    def stop(self, reason: str) -> None:
        """End the run before its time; what the traffic side still tells in a moment is read."""
        if self._stopped is None:
            self._stopped = (time.monotonic(), reason)

    async def run(
        self, events: EventsFile, watch: Watch, *, start_within_s: float = START_WITHIN_S
    ) -> Seen:
        """Attend until the traffic has ended. Raises InputError or WorldError when it cannot be."""
        await self._wait_for_start(events, start_within_s)
        noise = Noise(NOISE_EVERY_S)
        with ExitStack() as following:
            self._begin(following)
            noise.start()
            phases = asyncio.create_task(self._enter_phases(watch))
            try:
                while not self._over(events):
                    await self._turn(watch)
                    await asyncio.sleep(TURN_S)
                    if phases.done():
                        phases.result()
            finally:
                phases.cancel()
                await asyncio.wait([phases])
                await noise.stop()
            await self._settle()
        return self._seen(noise.whole.p99_s)

    @property
    def _now_s(self) -> float:
        return time.monotonic() - self._t0_s

    async def _wait_for_start(self, events: EventsFile, within_s: float) -> None:
        give_up_s = time.monotonic() + within_s
        while not self._has_started(events):
            if self._stopped is not None:
                raise WorldError(f"ended before the traffic began: {self._stopped[1]}")
            if time.monotonic() >= give_up_s:
                raise WorldError(f"the traffic has not begun within {within_s:g} s")
            await asyncio.sleep(TURN_S)
        if abs(self._now_s) > OTHER_CLOCK_S:
            raise WorldError("the traffic side has another clock; start both on one machine")

    def _has_started(self, events: EventsFile) -> bool:
        gone = self._gone
        self._read(events)
        if self._told.started is not None:
            return True
        if gone or self._told.ended is not None:
            raise WorldError("Locust ended before the traffic began; see what it has printed")
        return False

    def _begin(self, following: ExitStack) -> None:
        t0_ns = round(self._t0_s * 1e9)
        for one in self._servers:
            timeline.begin(one.sandbox, t0_ns)
            attempts = self._lanes[one.lane].attempts
            drain = following.enter_context(Drain(one.sandbox, one.server, t0_ns, attempts))
            self._drains.append((one, drain))

    async def _enter_phases(self, watch: Watch) -> None:
        for span in self._schedule.spans:
            await asyncio.sleep(span.start_s - self._now_s)
            self._enter(span)
            watch.phase(span)

    def _enter(self, span: Span) -> None:
        for one in self._servers:
            try:
                timeline.enter(one.sandbox, one.states[span.number])
            except (MockServerError, ValueError) as error:
                raise WorldError(f"phase {span.name}: {one.sandbox.name}: {error}") from error
        self._phase_starts_s.append(self._now_s)

    def _over(self, events: EventsFile) -> bool:
        """Whether the run has come to its end; reads what was told last, whoever has ended it."""
        gone = self._gone
        self._read(events)
        ended = self._told.ended
        if ended is not None:
            if ended.cut_short or self._stopped is not None:
                self._cut_at_s = ended.at_s
            return True
        if self._stopped is not None:
            stopped_s, _ = self._stopped
            self._cut_at_s = stopped_s - self._t0_s
            return gone or time.monotonic() >= stopped_s + STOP_GRACE_S
        if gone or self._now_s > self._schedule.end_s + self._drain_s + OVERDUE_S:
            self._cut_at_s = self._now_s
            return True
        return False

    @property
    def _gone(self) -> bool:
        return self._alive is not None and not self._alive()

    def _read(self, events: EventsFile) -> None:
        for event in events.read():
            if isinstance(event, Started):
                self._t0_s = event.t0_monotonic_s
            self._told.take(event, self._now_s)

    async def _turn(self, watch: Watch) -> None:
        for _, drain in self._drains:
            await drain.take()
        now_s = self._now_s
        if self._sample.due(now_s):
            for one in self._servers:
                sample = server_sample(one.sandbox, one.server, now_s)
                self._lanes[one.lane].server.append(sample)
        if self._tick.due(now_s):
            watch.tick(self._snapshot(now_s))

    def _snapshot(self, now_s: float) -> Snapshot:
        arrived = dict.fromkeys(self._lanes, 0)
        queued = dict.fromkeys(self._lanes, 0)
        for one, drain in self._drains:
            arrived[one.lane] += drain.arrived
            queued[one.lane] += one.sandbox.workers.queued
        lanes = {
            name: recent.snapshot(now_s, arrived=arrived[name], queue=queued[name])
            for name, recent in self._told.recent.items()
        }
        return Snapshot(now_s, phase_at(self._schedule, now_s), lanes)

    async def _settle(self) -> None:
        """Let open requests come to their end, and take stock."""
        waits = [
            one.sandbox.journal.wait_for(lambda journal: not journal.in_flight, SETTLE_S)
            for one in self._servers
        ]
        await asyncio.gather(*waits)
        for one, drain in self._drains:
            lane = self._lanes[one.lane]
            drain.finish()
            lane.attempts_lost += drain.lost
            lane.ledger_micro += spent_micro(one.sandbox)
            lane.open_connections += open_connections(one.sandbox)

    def _seen(self, noise_p99_s: float) -> Seen:
        return Seen(
            client=self._lanes[CLIENT],
            control=self._lanes.get(CONTROL),
            cut_short=self._cut_at_s is not None,
            cut_at_s=self._cut_at_s,
            workers_lost=tuple(self._told.workers_lost),
            noise_p99_s=noise_p99_s,
            phase_starts_s=tuple(self._phase_starts_s),
        )
