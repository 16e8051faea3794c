"""The world of a run: the mock in this very process, and the plan for those who make the traffic.

Everything that a profile says is checked before the first port is taken. Nothing here imports
Locust, which runs in a process of its own.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

from loadtests.errors import InputError, WorldError
from loadtests.plan import Plan
from loadtests.traffic.schedule import schedule_of
from loadtests.world.attendance import START_WITHIN_S, Attendance, OpenServer
from loadtests.world.events_file import EventsFile
from loadtests.world.lanes import Address, check_client, client_settings, lanes_of
from loadtests.world.sandboxes import is_application, servers_of
from loadtests.world.seen import LaneSeen
from loadtests.world.timeline import states_of
from mockserver.configuration.file import ConfigError, check
from mockserver.errors import MockServerError, PortInUse
from mockserver.server import MockServer
from mockserver.settings import ServerSettings
from scenarios.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from loadtests.plan import Lane
    from loadtests.request import LoadRequest
    from loadtests.world.sandboxes import ServerPlan
    from loadtests.world.seen import Seen
    from loadtests.world.watching import Watch

EVENTS = "events.jsonl"
"""The events file, in the folder of the run."""

PATIENCE_S = 120.0
"""How long a call may take before it counts as hung: longer than any client should let it."""


class World:
    """The mock and its worst day. Use it as an asynchronous context manager.

    ``folder`` is private to the run. From the beginning of the context the servers listen and
    :attr:`plan` is there, to be written where the traffic side reads it; then :meth:`run`, once.
    """

    def __init__(self, request: LoadRequest, folder: Path) -> None:
        self.request = request
        self.folder = folder
        self.keyring = Keyring()
        """Every key of the run: nothing that is written may hold one."""
        self.plan: Plan
        self._servers: tuple[OpenServer, ...] = ()
        self._attendance: Attendance | None = None
        self._stopped: str | None = None
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Check everything and listen. Raises InputError, one line."""
        request = self.request
        self._schedule = schedule_of(request.profile, quick=request.quick, seed=request.seed)
        check_client(request)
        planned = servers_of(request, self.keyring)
        states = [states_of(request.profile, one.settings, one.server) for one in planned]
        try:
            settings = check(ServerSettings, {"host": request.host}, "--host")
            mock = await self._open.enter_async_context(MockServer(settings))
            self._servers = tuple(
                [
                    OpenServer(one.lane, one.server, await mock.open_sandbox(phases[0]), phases)
                    for one, phases in zip(planned, states, strict=True)
                ]
            )
        except (MockServerError, ConfigError) as error:
            await self._open.aclose()
            raise InputError(f"{error}{self._mend(error)}") from None
        except BaseException:
            await self._open.aclose()
            raise
        self.plan = self._plan(planned)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the servers; every connection is ended."""
        await self._open.aclose()

    async def run(
        self,
        watch: Watch,
        *,
        alive: Callable[[], bool] | None = None,
        start_within_s: float = START_WITHIN_S,
    ) -> Seen:
        """Live through the profile, and give what was seen.

        It ends when the traffic side has told its end, when it was stopped, or when ``alive`` says
        that Locust is gone; then what was seen is marked as cut short. Raises InputError when the
        client cannot be driven, WorldError when Locust failed or has not begun in time.
        """
        if self._attendance is not None:
            raise WorldError("a world is lived through once; make another")
        self._attendance = Attendance(
            self._schedule,
            self._servers,
            {lane.name: self._lane_seen(lane) for lane in self.plan.lanes},
            drain_s=self.plan.drain_s,
            alive=alive,
        )
        if self._stopped is not None:
            self._attendance.stop(self._stopped)
        events = EventsFile(self.folder / EVENTS)
        try:
            return await self._attendance.run(events, watch, start_within_s=start_within_s)
        finally:
            events.close()

    def stop(self, reason: str) -> None:
        """End the run before its time, marked as cut short; called on the loop that it runs on."""
        self._stopped = reason
        if self._attendance is not None:
            self._attendance.stop(reason)

    def _plan(self, planned: tuple[ServerPlan, ...]) -> Plan:
        request = self.request
        addresses = [
            Address(one.lane, one.server, open_.sandbox.base_url, one.keys, open_.sandbox.ca_file)
            for one, open_ in zip(planned, self._servers, strict=True)
        ]
        return Plan(
            profile=request.profile,
            quick=request.quick,
            seed=request.seed,
            lanes=lanes_of(request, addresses),
            events=str(self.folder / EVENTS),
            patience_s=PATIENCE_S,
            drain_s=request.profile.drain_s,
        )

    def _lane_seen(self, lane: Lane) -> LaneSeen:
        settings = client_settings(self.request.profile, lane.name)
        instances = len(lane.instances) * lane.processes * self.request.processes
        return LaneSeen(lane.name, lane.spec, settings=settings, instances=instances)

    def _mend(self, error: Exception) -> str:
        """What a person can do about a port that is taken."""
        if not isinstance(error, PortInUse) or not is_application(self.request.spec):
            return ""
        return " (--mock-port); the run is the mock itself: end a `pawa-mock serve` first"
