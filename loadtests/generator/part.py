"""One worker's part in one run: start the clients, say so, make the calls, tell all of it."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event

from loadtests.errors import InputError, LoadError
from loadtests.generator import meeting
from loadtests.generator.batches import Batch
from loadtests.generator.client_processes import EVERY_S
from loadtests.generator.clients import Clients
from loadtests.generator.crowd import Crowd
from loadtests.generator.lane_calls import LaneCalls
from loadtests.generator.written_ahead import WrittenAhead
from loadtests.plan import Plan
from loadtests.traffic.requests import Author

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadtests.generator.clients import StartDriver
    from loadtests.generator.meeting import Go
    from loadtests.traffic.schedule import Arrival, Schedule

TELL_EVERY_S = 0.2
"""How often what happened is sent to the master."""

YIELD_EVERY = 50
"""So many requests are written in a row before others get their turn."""


class Part:
    """What this process does in one run.

    ``told`` is the master's message with the plan and the share to prepare for. ``say`` sends a
    message to the master, ``report`` fires Locust's ``request`` event. ``worker`` is Locust's own
    number of this worker, for the names of the client's instances.
    """

    def __init__(
        self,
        told: Mapping[str, Any],
        start_driver: StartDriver,
        *,
        say: Callable[[str, dict[str, Any]], None],
        report: Callable[..., None],
        worker: int,
    ) -> None:
        self.run: int = told["run"]
        self.over = Event()
        self._told = told
        self._start_driver = start_driver
        self._say = say
        self._report = report
        self._worker = worker
        self._batch = Batch()
        self._cut = Event()
        self._word = Event()
        self._go: Go | None = None
        self._crowd: Crowd | None = None

    def begin(self) -> None:
        """Take part; ``over`` is set when all is told and the clients have ended."""
        gevent.spawn(self._take_part)

    def go(self, word: Go) -> None:
        """All are ready: the calls begin at the moment that ``word`` names."""
        self._go = word
        self._word.set()

    def cut(self) -> None:
        """Give up: calls under way are told as running."""
        self._cut.set()
        if self._crowd is not None:
            self._crowd.cut()

    def _take_part(self) -> None:
        whole = False
        try:
            whole = self._took_part()
        except LoadError as error:
            self._broke(str(error), wrong_input=isinstance(error, InputError))
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends the run in one line
            self._broke(f"a worker broke: {type(error).__name__}: {error}")
        finally:
            self._say(meeting.THROUGH, {"run": self.run, "cut": not whole})
            self.over.set()

    def _took_part(self) -> bool:
        plan = Plan.from_json(self._told["plan"])
        clients = Clients.start(plan.lanes, self._start_driver, worker=self._worker, cut=self._cut)
        if clients is None:
            return False
        try:
            return self._asked(plan, clients)
        finally:
            clients.close()

    def _asked(self, plan: Plan, clients: Clients) -> bool:
        """Make this worker's calls as soon as the master says so; False when cut short."""
        schedule, author = plan.schedule(), Author(plan.seed)
        expected = (self._told["number"], self._told["of"])
        share = schedule.share(*expected)
        written = self._prepared(WrittenAhead(author, schedule, share))
        # A collection of everything that a long schedule holds would be a pause for every call:
        # it is made now, and not again before the end.
        gc.collect()
        self._say(meeting.READY, {"run": self.run, "clients": clients.hellos()})
        gevent.wait([self._word, self._cut], count=1)
        if self._go is None or self._cut.is_set():
            return False
        if (self._go.number, self._go.of) != expected:
            share = schedule.share(self._go.number, self._go.of)
            written = WrittenAhead(author, schedule, share)
        lanes = self._lanes(plan, clients, schedule, share, written)
        self._crowd = Crowd(share, lanes, written)
        return self._made(plan, clients, self._crowd, schedule.end_s, self._go)

    def _lanes(
        self,
        plan: Plan,
        clients: Clients,
        schedule: Schedule,
        share: Sequence[Arrival],
        written: WrittenAhead,
    ) -> list[LaneCalls]:
        return [
            LaneCalls(
                lane,
                driver,
                schedule,
                share,
                written,
                patience_s=plan.patience_s,
                tell=self._batch.add,
                report=self._report,
                breaks=self._broke,
            )
            for lane, driver in clients.drivers.items()
        ]

    def _made(self, plan: Plan, clients: Clients, crowd: Crowd, end_s: float, word: Go) -> bool:
        t0_s = word.start_at(time.monotonic(), meeting.machine_id())
        telling = gevent.spawn(self._tell_on)
        looking = gevent.spawn(self._look_on, clients, word.number, t0_s)
        gc.freeze()
        try:
            whole = crowd.make(t0_s, end_s=end_s, drain_s=plan.drain_s)
        finally:
            gc.unfreeze()
            gevent.killall([telling, looking])
        # The world waits for these two seconds at most when a run is stopped.
        self._tell()
        for counters in clients.telemetry(word.number):
            self._batch.add(counters)
        self._tell()
        return whole

    def _prepared(self, written: WrittenAhead) -> WrittenAhead:
        """Write ahead what there is room for, letting others have their turn."""
        count = 0
        while not self._cut.is_set() and written.write():
            count += 1
            if count % YIELD_EVERY == 0:
                gevent.sleep(0)
        return written

    def _tell_on(self) -> None:
        while True:
            gevent.sleep(TELL_EVERY_S)
            self._tell()

    def _look_on(self, clients: Clients, number: int, t0_s: float) -> None:
        looks = 0
        while True:
            at_s = looks * EVERY_S
            gevent.sleep(max(0.0, t0_s + at_s - time.monotonic()))
            for held in clients.processes(number, time.monotonic() - t0_s):
                self._batch.add(held)
            looks += 1

    def _tell(self) -> None:
        lines = self._batch.take()
        if lines:
            self._say(meeting.EVENTS, {"run": self.run, "lines": lines})

    def _broke(self, message: str, *, wrong_input: bool = False) -> None:
        broken = {"run": self.run, "message": message, "wrong_input": wrong_input}
        self._say(meeting.BROKEN, broken)
