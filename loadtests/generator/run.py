"""One run, as the master holds it: world, workers, start, events, end.

It waits in a greenlet of its own; the words of workers come in by :meth:`Run.come`,
:meth:`Run.ready`, :meth:`Run.broken`, :meth:`Run.told` and :meth:`Run.through`.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event

from loadtests.errors import InputError, LoadError, WorldError
from loadtests.events import Ended, Failed, Started, WorkerLost
from loadtests.generator import meeting
from loadtests.generator.meeting import Agreement, Go
from loadtests.generator.recorder import Recorder
from loadtests.generator.world_child import exit_code_of
from loadtests.traffic.schedule import length_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadtests.generator.world_child import World
    from loadtests.plan import Plan

LOOK_EVERY_S = 0.5
"""How often it is looked whether each worker is still there."""

GRACE_S = 30.0
"""How long after the drain a worker may take to tell the rest; then it counts as lost."""

CUT_WITHIN_S = 20.0
"""The same for a run that is given up."""

logger = logging.getLogger(__name__)


class Run:
    """Run ``number`` with these ``workers``.

    ``say`` sends one of them a message (its kind, what it holds, to whom); ``gone`` tells whether
    one is there no more.
    """

    def __init__(
        self,
        number: int,
        workers: Sequence[str],
        *,
        say: Callable[[str, dict[str, Any], str], None],
        gone: Callable[[str], bool],
    ) -> None:
        self.number = number
        self.over = Event()
        self._workers = tuple(workers)
        self._agreement = Agreement(workers)
        self._say = say
        self._gone = gone
        self._here: set[str] = set()
        self._plan: bytes | None = None
        self._recorder: Recorder | None = None
        self._error: LoadError | None = None
        self._cut = False
        self._left: list[int] = []
        self._lost = 0
        self._changed = Event()

    def begin(self, world_of_test: Callable[[], World], ended: Callable[[int], None]) -> None:
        """Hold it beside everything else; ``ended`` gets its exit code, then ``over`` is set."""
        gevent.spawn(self._hold, world_of_test, ended)

    def cut(self) -> None:
        """Give it up: what is under way is told as running."""
        self._cut = True
        self._changed.set()

    def come(self, worker: str) -> None:
        """A worker is there, and wants to know what to do."""
        self._here.add(worker)
        self._hand_out(worker)

    def ready(self, worker: str, clients: Mapping[str, dict[str, Any] | None]) -> None:
        """Its clients run."""
        self._agreement.ready(worker, clients)
        self._changed.set()

    def broken(self, message: str, *, wrong_input: bool) -> None:
        """A worker cannot do its part: nothing that the run says would be of the client."""
        if self._error is None:
            self._error = InputError(message) if wrong_input else WorldError(message)
            self._changed.set()

    def told(self, lines: bytes) -> None:
        """Events of a worker."""
        if self._recorder is not None:
            self._recorder.append(lines)

    def through(self, worker: str, *, cut: bool) -> None:
        """A worker has told everything; ``cut``: it was ended before its share was."""
        number = self._agreement.through(worker)
        if cut and number is not None:
            self._left.append(number)
        self._changed.set()

    def _hold(self, world_of_test: Callable[[], World], ended: Callable[[int], None]) -> None:
        world, error = None, None
        try:
            world = world_of_test()
            plan = world.plan(lambda: self._cut)
            if plan is not None:
                self._recorded(plan)
        except LoadError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001 - whatever it is, it ends the run in one line
            error = WorldError(f"the load test broke: {type(failure).__name__}: {failure}")
        if world is None:
            logger.error("%s", error)
        ended(exit_code_of(error) if world is None else world.finish(error))
        self.over.set()

    def _recorded(self, plan: Plan) -> None:
        with Recorder(Path(plan.events)) as recorder:
            self._recorder = recorder
            try:
                t0_s = self._started(plan, recorder)
                if t0_s is not None:
                    self._follow(plan, t0_s, recorder)
                at_s = 0.0 if t0_s is None else time.monotonic() - t0_s
                recorder.tell(Ended(at_s=at_s, cut_short=self._cut))
            except LoadError as error:
                recorder.tell(Failed(str(error), wrong_input=isinstance(error, InputError)))
                raise
            finally:
                self._recorder = None
                self._dismiss()

    def _started(self, plan: Plan, recorder: Recorder) -> float | None:
        """The start, once all workers are ready and have been told of it; None when cut short."""
        self._plan = plan.to_json()
        for worker in tuple(self._here):
            self._hand_out(worker)
        until_s = time.monotonic() + meeting.READY_WITHIN_S
        while not self._agreement.everyone_ready:
            if self._cut:
                return None
            self._wait()
            for worker in self._agreement.at_work():
                if self._gone(worker):
                    self._agreement.lost(worker)
            if not self._agreement.at_work():
                raise WorldError("no worker is left that could make the calls")
            if time.monotonic() > until_s:
                missing = len(self._agreement.missing)
                raise WorldError(
                    f"{missing} of {len(self._workers)} workers were not ready "
                    f"within {meeting.READY_WITHIN_S:g} s"
                )
        return self._gone_off(recorder)

    def _gone_off(self, recorder: Recorder) -> float:
        shares = self._agreement.deal()
        t0_s, machine = time.monotonic() + meeting.START_IN_S, meeting.machine_id()
        recorder.tell(Started(t0_s, machine, len(shares), self._agreement.clients))
        for worker, number in shares.items():
            left_s = t0_s - time.monotonic()
            word = Go(self.number, number, len(shares), t0_s, left_s, machine)
            self._say(meeting.GO, asdict(word), worker)
        return t0_s

    def _follow(self, plan: Plan, t0_s: float, recorder: Recorder) -> None:
        """Until every worker has told everything, is lost, or has had its time."""
        length_s = sum(length_of(phase, quick=plan.quick) for phase in plan.profile.phases)
        until_s, cutting = t0_s + length_s + plan.drain_s + GRACE_S, False
        while not self._agreement.over:
            if self._cut and not cutting:
                self._tell_all(meeting.CUT)
                until_s, cutting = time.monotonic() + CUT_WITHIN_S, True
            self._wait()
            late = time.monotonic() > until_s
            for worker in self._agreement.at_work():
                if late or self._gone(worker):
                    self._lose(self._agreement.lost(worker), t0_s, recorder)
        if self._left and not self._cut:
            # Ctrl-C in a terminal reaches workers and master alike, in whatever order.
            gevent.sleep(LOOK_EVERY_S)
        for number in self._left:
            if not self._cut:
                self._lose(number, t0_s, recorder)
        if self._lost == len(self._workers):
            raise WorldError("every worker is gone; nothing can be said of the client")

    def _lose(self, number: int | None, t0_s: float, recorder: Recorder) -> None:
        if number is not None:
            self._lost += 1
            recorder.tell(WorkerLost(str(number), time.monotonic() - t0_s))

    def _dismiss(self) -> None:
        """Let those that are still at work end, so that nothing of theirs outlives the run."""
        if self._agreement.at_work():
            self._tell_all(meeting.CUT)
        until_s = time.monotonic() + CUT_WITHIN_S
        while self._agreement.at_work() and time.monotonic() < until_s:
            self._changed.wait(LOOK_EVERY_S)
            self._changed.clear()
            for worker in self._agreement.at_work():
                if self._gone(worker) or worker not in self._here:
                    self._agreement.lost(worker)

    def _wait(self) -> None:
        """Until something has changed, or it is time to look. Raises what broke the run."""
        self._changed.wait(LOOK_EVERY_S)
        self._changed.clear()
        if self._error is not None:
            raise self._error

    def _tell_all(self, message: str) -> None:
        for worker in self._agreement.at_work():
            self._say(message, {"run": self.number}, worker)

    def _hand_out(self, worker: str) -> None:
        if self._plan is None or worker not in self._workers or self.over.is_set():
            return
        number = self._workers.index(worker)
        told = {"run": self.number, "plan": self._plan, "number": number, "of": len(self._workers)}
        self._say(meeting.PLAN, told, worker)
