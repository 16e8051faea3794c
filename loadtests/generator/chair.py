"""The master's end of the agreement (a local runner's too): what it hears, and one run at a time.

What is agreed on is in :mod:`loadtests.generator.meeting`, how a run goes in
:mod:`loadtests.generator.run`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from locust.runners import STATE_MISSING, MasterRunner

from loadtests.generator import meeting
from loadtests.generator.presence import is_running
from loadtests.generator.run import Run
from loadtests.generator.world_child import VERDICT_WITHIN_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.env import Environment
    from locust.rpc import Message
    from locust.runners import LocalRunner

    from loadtests.generator.world_child import World

LOCAL = "local"
"""The name under which a local runner's messages come to itself."""

STOP_WITHIN_S = VERDICT_WITHIN_S + 60.0
"""How long a test that is stopped may take to its verdict; then Locust goes on without it."""


class Chair:
    """Holds one run after the other; ``world_of_test`` gives each its world (tests from 1)."""

    def __init__(
        self,
        environment: Environment,
        runner: LocalRunner | MasterRunner,
        world_of_test: Callable[[int], World],
    ) -> None:
        self._environment = environment
        self._runner = runner
        self._world_of_test = world_of_test
        self._tests = 0
        self._run: Run | None = None
        self._stopping = False
        self._pids: dict[str, int] = {}
        for message, heard in (
            (meeting.HERE, self._on_here),
            (meeting.READY, self._on_ready),
            (meeting.BROKEN, self._on_broken),
            (meeting.EVENTS, self._on_events),
            (meeting.THROUGH, self._on_through),
        ):
            runner.register_message(message, heard)

    def begin(self) -> None:
        """A test has been started: hold its run, beside whatever Locust does."""
        self._tests += 1
        self._run = Run(self._tests, self.workers(), say=self._runner.send_message, gone=self._gone)
        self._run.begin(partial(self._world_of_test, self._tests), self._ended)

    def stop(self) -> None:
        """The test is being stopped: cut its run short unless it is over, and see it to its end."""
        run = self._run
        if run is None:
            return
        self._stopping = True
        run.cut()
        run.over.wait(STOP_WITHIN_S)
        self._stopping = False
        self._run = None

    @property
    def over(self) -> bool:
        """Whether the run that was begun has come to its end by itself."""
        return self._run is not None and self._run.over.is_set() and not self._stopping

    def wait_until_over(self, timeout_s: float) -> None:
        """Wait for the end of the run, if one has been begun, for so long at most."""
        if self._run is not None:
            self._run.over.wait(timeout_s)

    @property
    def busy(self) -> bool:
        """Whether a run has been begun and not been stopped."""
        return self._run is not None

    def workers(self) -> tuple[str, ...]:
        """Those that take part in a test that is started now, in Locust's own order."""
        if not isinstance(self._runner, MasterRunner):
            return (LOCAL,)
        clients = self._runner.clients
        there = [one.id for one in (*clients.ready, *clients.spawning, *clients.running)]
        return tuple(sorted(there, key=self._runner.get_worker_index))

    def _ended(self, exit_code: int) -> None:
        """The worst of all tests is what Locust ends with."""
        earlier = self._environment.process_exit_code or 0
        self._environment.process_exit_code = max(earlier, exit_code)

    def _gone(self, worker: str) -> bool:
        """Whether a worker is there no more.

        One on this machine is asked for by its process: Locust takes a worker that is only very
        busy for missing.
        """
        if not isinstance(self._runner, MasterRunner):
            return False
        pid = self._pids.get(worker)
        if pid is not None:
            return not is_running(pid)
        known = self._runner.clients.get(worker)
        return known is None or known.state == STATE_MISSING

    def _on_here(self, msg: Message, **_: object) -> None:
        machine = msg.data["machine"]
        if machine and machine == meeting.machine_id():
            self._pids[msg.node_id] = msg.data["pid"]
        if self._run is not None:
            self._run.come(msg.node_id)

    def _on_ready(self, msg: Message, **_: object) -> None:
        if (run := self._of(msg)) is not None:
            run.ready(msg.node_id, msg.data["clients"])

    def _on_broken(self, msg: Message, **_: object) -> None:
        if (run := self._of(msg)) is not None:
            run.broken(msg.data["message"], wrong_input=msg.data["wrong_input"])

    def _on_events(self, msg: Message, **_: object) -> None:
        if (run := self._of(msg)) is not None:
            run.told(msg.data["lines"])

    def _on_through(self, msg: Message, **_: object) -> None:
        if (run := self._of(msg)) is not None:
            run.through(msg.node_id, cut=msg.data["cut"])

    def _of(self, msg: Message) -> Run | None:
        run = self._run
        return run if run is not None and run.number == msg.data["run"] else None
