"""Where one Locust process makes calls: the worker's end of the agreement.

A local runner has one too, so there is one way for all. The user that Locust spawns here only says
that somebody has come; the work is done by greenlets of our own (:mod:`loadtests.generator.part`),
because Locust moves its users about when a worker is lost.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from loadtests.generator import meeting
from loadtests.generator.meeting import Go
from loadtests.generator.part import Part

if TYPE_CHECKING:
    from locust.env import Environment
    from locust.rpc import Message
    from locust.runners import LocalRunner, WorkerRunner

    from loadtests.generator.clients import StartDriver

STOP_WITHIN_S = 20.0
"""How long a part that is given up may take: it tells, asks for counters, and ends its clients."""


class Workplace:
    """Takes part in one run after the other. ``start_driver`` starts the client of a lane."""

    def __init__(
        self,
        environment: Environment,
        runner: LocalRunner | WorkerRunner,
        start_driver: StartDriver,
    ) -> None:
        self._environment = environment
        self._runner = runner
        self._start_driver = start_driver
        self._part: Part | None = None
        for message, heard in (
            (meeting.PLAN, self._on_plan),
            (meeting.GO, self._on_go),
            (meeting.CUT, self._on_cut),
        ):
            runner.register_message(message, heard)

    def come(self) -> None:
        """Tell the master that somebody is here; a part that is under way just goes on."""
        if not self._busy():
            here = {"pid": os.getpid(), "machine": meeting.machine_id()}
            self._runner.send_message(meeting.HERE, here)

    def stop(self) -> None:
        """Give up whatever is under way, and wait until all of it is told and ended."""
        if self._part is not None:
            self._part.cut()
            self._part.over.wait(STOP_WITHIN_S)

    def _busy(self) -> bool:
        return self._part is not None and not self._part.over.is_set()

    def _on_plan(self, environment: Environment, msg: Message) -> None:
        if self._busy() or (self._part is not None and self._part.run == msg.data["run"]):
            return
        self._part = Part(
            msg.data,
            self._start_driver,
            say=self._runner.send_message,
            report=environment.events.request.fire,
            worker=self._runner.worker_index,
        )
        self._part.begin()

    def _on_go(self, msg: Message, **_: object) -> None:
        part = self._of(msg)
        if part is not None:
            part.go(Go(**msg.data))

    def _on_cut(self, msg: Message, **_: object) -> None:
        part = self._of(msg)
        if part is not None:
            part.cut()

    def _of(self, msg: Message) -> Part | None:
        told: dict[str, Any] = msg.data
        part = self._part
        return part if part is not None and part.run == told["run"] else None
