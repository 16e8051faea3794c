"""What the traffic side has told so far, put where judgement looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.errors import InputError, WorldError
from loadtests.events import CallEnded, ClientProcess, Ended, Failed, Started, Telemetry, WorkerLost
from loadtests.world.watching import Recent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadtests.events import Event
    from loadtests.traffic.schedule import Schedule
    from loadtests.world.seen import LaneSeen


class Told:
    """Takes events in, one after the other."""

    def __init__(self, lanes: Mapping[str, LaneSeen], schedule: Schedule) -> None:
        self.lanes = lanes
        self.recent = {name: Recent(schedule) for name in lanes}
        self.started: Started | None = None
        self.ended: Ended | None = None
        self.workers_lost: list[str] = []

    def take(self, event: Event, now_s: float = 0.0) -> None:
        """Take one event in, read ``now_s`` seconds after the start of the run.

        Raises InputError or WorldError when the traffic could not be made, and WorldError for a
        lane that nobody was asked to make calls for.
        """
        match event:
            case CallEnded():
                self._lane(event.lane).calls.append(event)
                self.recent[event.lane].call(event, now_s)
            case ClientProcess():
                self._lane(event.lane).processes.append(event)
            case Telemetry():
                _add(self._lane(event.lane).telemetry, event.counters)
            case Started():
                self.started = event
                for name, manifest in event.clients.items():
                    self._lane(name).manifest = manifest
            case WorkerLost():
                self.workers_lost.append(event.worker)
            case Failed():
                raise (InputError if event.wrong_input else WorldError)(event.message)
            case Ended():
                self.ended = event

    def _lane(self, name: str) -> LaneSeen:
        if name not in self.lanes:
            raise WorldError(f"the traffic side tells of a lane {name!r} that the plan has not")
        return self.lanes[name]


def _add(counters: dict[str, float], more: Mapping[str, float]) -> None:
    for name, number in more.items():
        counters[name] = counters.get(name, 0) + number
