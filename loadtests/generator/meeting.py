"""What the master and its workers agree on: who takes part, who makes which share, who is through.

Pure: the messages (names and what they hold) and the master's record of one run. They go over
Locust's own custom messages; a local runner is a master with one worker, in one process::

    worker                         master
      | -- here ---------------------> |   a user was spawned there
      | <-- plan {run, plan} --------- |   when the world has written it
      | -- ready {run, clients} -----> |   its drivers run (or: broken {run, message, wrong_input})
      | <-- go {run, number, of, t0} - |   when all are ready; t0 is a moment ahead
      | -- events {run, lines} ------> |   each 0.2 s
      | <-- cut {run} ---------------- |   only when the run is given up
      | -- through {run, cut} -------> |   nothing more will come

``run`` counts the tests that one master has made, so that no word of an earlier one is taken for
one of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = "pawa-here"
PLAN = "pawa-plan"
READY = "pawa-ready"
BROKEN = "pawa-broken"
GO = "pawa-go"
EVENTS = "pawa-events"
CUT = "pawa-cut"
THROUGH = "pawa-through"

START_IN_S = 0.5
"""How far ahead the master sets the start, so that every worker hears of it before."""

READY_WITHIN_S = 50.0
"""How long drivers may take to start, all of them together; the world gives up ten seconds later.
"""

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def machine_id() -> str:
    """What two processes share when their monotonic clocks are one; empty where nothing tells."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Go:
    """The word to begin, as one worker gets it.

    ``t0_s`` is the start on the monotonic clock of the machine ``machine``; ``remaining_s`` how
    far ahead it was when this was said, for workers on another.
    """

    run: int
    number: int
    of: int
    t0_s: float
    remaining_s: float
    machine: str

    def start_at(self, now_s: float, machine: str) -> float:
        """The start on the clock of a worker on ``machine`` that hears this at ``now_s``."""
        same = machine != "" and machine == self.machine
        return self.t0_s if same else now_s + self.remaining_s


@dataclass(slots=True)
class _Part:
    """How far one worker has come. ``number`` is its share, None before shares are dealt."""

    clients: Mapping[str, dict[str, Any] | None] | None = None
    number: int | None = None
    done: bool = False


class Agreement:
    """The master's record of one run: a part for each of the ``workers`` it began with."""

    def __init__(self, workers: Iterable[str]) -> None:
        self._parts = {worker: _Part() for worker in workers}
        self._dealt = False

    def ready(self, worker: str, clients: Mapping[str, dict[str, Any] | None]) -> None:
        """The clients of a worker run; one that nobody counted on is left out."""
        part = self._parts.get(worker)
        if part is not None and not self._dealt:
            part.clients = clients

    @property
    def everyone_ready(self) -> bool:
        """Whether all that are still there may begin."""
        return bool(self._parts) and all(one.clients is not None for one in self._parts.values())

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that have not said that they are ready."""
        return tuple(worker for worker, part in self._parts.items() if part.clients is None)

    @property
    def clients(self) -> dict[str, dict[str, Any] | None]:
        """What each lane's client said in its hello, by the word of the first worker."""
        return dict(next((one.clients for one in self._parts.values() if one.clients), {}))

    def deal(self) -> dict[str, int]:
        """Give each worker that is ready the number of its share; the others are left out."""
        self._dealt = True
        self._parts = {
            worker: part for worker, part in self._parts.items() if part.clients is not None
        }
        for number, part in enumerate(self._parts.values()):
            part.number = number
        return {worker: number for number, worker in enumerate(self._parts)}

    def through(self, worker: str) -> int | None:
        """A worker has told everything; the number of its share, None when it had none left."""
        return self._done(worker)

    def lost(self, worker: str) -> int | None:
        """A worker is gone; the number of the share that went with it, None when there is none."""
        number = self._done(worker)
        if not self._dealt:
            self._parts.pop(worker, None)
        return number

    def at_work(self) -> tuple[str, ...]:
        """Those from whom more is to come."""
        return tuple(worker for worker, part in self._parts.items() if not part.done)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return not self.at_work()

    def _done(self, worker: str) -> int | None:
        part = self._parts.get(worker)
        if part is None or part.done:
            return None
        part.done = True
        return part.number
