"""Where Locust calls us: what is set up in each of its processes, and when a test begins and ends.

Locust bites here (2.47): ``init`` comes after the fork of ``--processes`` and after a worker has
met its master; in a headless test with a shape Locust listens to SIGTERM only when the test is
over; ``test_stopping`` and ``quitting`` come in masters and workers alike.
"""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

import gevent
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from loadtests.generator.chair import Chair
from loadtests.generator.everyone import Everyone
from loadtests.generator.options import (
    add_options,
    attend_command,
    options_given,
    options_of_test,
)
from loadtests.generator.presence import Parent, kill_children
from loadtests.generator.shape import UntilTheRunIsOver
from loadtests.generator.workplace import Workplace
from loadtests.generator.world_child import GivenWorld, WorldChild
from loadtests.plan import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from locust.env import Environment
    from locust.event import Events
    from locust.runners import Runner

    from loadtests.generator.clients import StartDriver
    from loadtests.generator.options import Options
    from loadtests.generator.world_child import World

PARENT_EVERY_S = 0.5
"""How often a process that was started for a run looks whether its parent is still there."""

ORPHANED = 3


class Hooks:
    """Our part of one Locust process. ``start_driver`` starts the client of a lane."""

    def __init__(self, start_driver: StartDriver) -> None:
        self._start_driver = start_driver
        self._loaded_by = os.getpid()
        self._chair: Chair | None = None
        self._workplace: Workplace | None = None

    def listen(self, events: Events) -> None:
        """Listen to Locust's events."""
        events.init_command_line_parser.add_listener(add_options)
        events.init.add_listener(self._set_up)
        events.test_start.add_listener(self._begin)
        events.test_stopping.add_listener(self._stop)
        events.quitting.add_listener(self._stop)

    def _set_up(self, environment: Environment, runner: Runner, **_: object) -> None:
        given = os.environ.get(VARIABLE)
        if given or os.getpid() != self._loaded_by:
            gevent.spawn(_end_with_parent, Parent())
        _interrupt_on(signal.SIGINT)
        if isinstance(runner, LocalRunner | WorkerRunner):
            self._workplace = Workplace(environment, runner, self._start_driver)
            Everyone.workplace = self._workplace
        if isinstance(runner, WorkerRunner):
            # Locust ends with 1 when a request has failed; what that means is the verdict's word.
            environment.process_exit_code = 0
        if isinstance(runner, LocalRunner | MasterRunner):
            self._chair = Chair(environment, runner, _worlds(environment))
            if isinstance(environment.shape_class, UntilTheRunIsOver):
                environment.shape_class.chair = self._chair
            if environment.parsed_options is not None and environment.parsed_options.headless:
                _interrupt_on(signal.SIGTERM)

    def _begin(self, **_: object) -> None:
        if self._chair is not None:
            self._chair.begin()

    def _stop(self, **_: object) -> None:
        if self._chair is not None:
            self._chair.stop()
        if self._workplace is not None:
            self._workplace.stop()


def _worlds(environment: Environment) -> Callable[[int], World]:
    """What gives each test its world: the one that started this Locust, or a child for each."""
    if os.environ.get(VARIABLE):
        given = GivenWorld()
        return lambda _: given
    return partial(_child_of_test, environment, options_given(_parsed(environment)))


def _child_of_test(environment: Environment, given: Options, test: int) -> World:
    options = options_of_test(given, _parsed(environment))
    return WorldChild(lambda folder: attend_command(options, folder, test))


def _parsed(environment: Environment) -> Any:
    return environment.parsed_options


def _interrupt_on(number: signal.Signals) -> None:
    """Take a signal as Ctrl-C in Locust's main greenlet.

    Without this, Python raises KeyboardInterrupt in whichever greenlet happens to run, and a call
    or the schedule itself would die of it; SIGTERM would kill a headless test on the spot.
    """

    def interrupt() -> None:
        watcher.cancel()
        gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())

    watcher = gevent.signal_handler(number, interrupt)


def _end_with_parent(parent: Parent) -> None:
    while not parent.gone:
        gevent.sleep(PARENT_EVERY_S)
    kill_children()
    os._exit(ORPHANED)
