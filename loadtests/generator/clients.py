"""The clients of all lanes in one worker: started together, looked at, ended together."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

import gevent

from loadtests.errors import InputError, WorldError
from loadtests.events import ClientProcess, Telemetry
from loadtests.generator.client_processes import ClientProcesses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gevent.event import Event

    from loadtests.generator.drivers import Driver
    from loadtests.plan import Lane

    StartDriver = Callable[..., Driver]

TELEMETRY_WITHIN_S = 12.0
"""How long the clients may take to tell their counters."""

CLOSED_WITHIN_S = 10.0
"""How long they may take to end."""

logger = logging.getLogger(__name__)


class Clients:
    """The running clients of one worker, by lane."""

    def __init__(self, drivers: Mapping[str, Driver]) -> None:
        self.drivers = drivers
        self._processes = {lane: ClientProcesses() for lane in drivers}

    @classmethod
    def start(
        cls, lanes: Sequence[Lane], start_driver: StartDriver, *, worker: int, cut: Event
    ) -> Clients | None:
        """Start one for each lane, all at once; None when it was cut short meanwhile.

        Raises InputError for a client that cannot be started, WorldError when our own side failed.
        Nothing is left running then.
        """
        started: dict[str, Driver] = {}
        failed: list[Exception] = []

        def begin(lane: Lane) -> None:
            try:
                started[lane.name] = start_driver(lane, worker=worker)
            except Exception as error:  # noqa: BLE001 - raised below, in the greenlet that waits
                failed.append(error)

        starting = [gevent.spawn(begin, lane) for lane in lanes]
        for one in starting:
            waited_for: list[Any] = [one, cut]
            gevent.wait(waited_for, count=1)
        gevent.killall(starting)
        clients = cls({lane.name: started[lane.name] for lane in lanes if lane.name in started})
        if failed or cut.is_set():
            clients.close()
        if failed:
            raise _told(failed[0])
        return None if cut.is_set() else clients

    def hellos(self) -> dict[str, dict[str, Any] | None]:
        """What each lane's client says of itself."""
        return {lane: driver.hello for lane, driver in self.drivers.items()}

    def processes(self, worker: int, at_s: float) -> Iterator[ClientProcess]:
        """What their processes hold; nothing of a lane without a process of its own."""
        for lane, driver in self.drivers.items():
            held = self._processes[lane].look(driver.pids())
            if held is not None:
                yield ClientProcess(
                    lane=lane,
                    worker=worker,
                    at_s=at_s,
                    rss_bytes=held.rss_bytes,
                    open_files=held.open_files,
                    threads=held.threads,
                    cpu_s=held.cpu_s,
                )

    def telemetry(self, worker: int) -> list[Telemetry]:
        """The counters of those that tell them in time."""
        told = _side_by_side(
            {lane: driver.telemetry for lane, driver in self.drivers.items()}, TELEMETRY_WITHIN_S
        )
        return [Telemetry(lane, worker, counters) for lane, counters in told.items()]

    def close(self) -> None:
        """End them all."""
        _side_by_side({lane: one.close for lane, one in self.drivers.items()}, CLOSED_WITHIN_S)


def _told(error: Exception) -> InputError | WorldError:
    if isinstance(error, InputError):
        return error
    return WorldError(f"the client could not be started: {type(error).__name__}: {error}")


_T = TypeVar("_T")


def _side_by_side(asked: Mapping[str, Callable[[], _T]], within_s: float) -> dict[str, _T]:
    """The answers of those that answer in time; the others only leave a line in the log."""

    def ask(lane: str, question: Callable[[], _T]) -> None:
        try:
            answers[lane] = question()
        except Exception as error:  # noqa: BLE001 - one lane's trouble must not hide the other
            logger.warning("lane %s: %s: %s", lane, type(error).__name__, error)

    answers: dict[str, _T] = {}
    asking = [gevent.spawn(ask, lane, question) for lane, question in asked.items()]
    gevent.joinall(asking, timeout=within_s)
    gevent.killall(asking, block=False)
    return answers
