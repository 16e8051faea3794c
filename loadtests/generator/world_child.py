"""The world of a run: the plan that ``pawa-load run`` gave, or a child that plain Locust starts.

Written for plain threads; in a Locust process, where everything that blocks is patched, they are
greenlets.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO, TYPE_CHECKING, Protocol

from loadtests.errors import InputError, LoadError, WorldError
from loadtests.plan import VARIABLE, Plan, plan_of_environment

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_S = 0.05

READY_WITHIN_S = 60.0
"""How long the world may take to write its plan."""

VERDICT_WITHIN_S = 120.0
"""How long it may take, after the last event, to judge and to write the results."""

ENDS_WITHIN_S = 10.0

WRONG_INPUT, OUR_FAILURE = 2, 3


class World(Protocol):
    """Where a run gets its plan from, and what it comes to."""

    def plan(self, given_up: Callable[[], bool]) -> Plan | None:
        """The plan, as soon as there is one; None when it was given up. Raises LoadError."""

    def finish(self, error: LoadError | None) -> int:
        """The exit code of the run; ``error`` is what broke it on our side."""


class GivenWorld:
    """The world that started this Locust; it makes one test."""

    def __init__(self) -> None:
        self._used = False

    def plan(self, given_up: Callable[[], bool]) -> Plan | None:
        """The plan that the environment names."""
        if self._used:
            raise WorldError("this Locust was started for one test; start another for the next")
        self._used = True
        return None if given_up() else plan_of_environment()

    def finish(self, error: LoadError | None) -> int:
        """Only whether the traffic was made: the world outside has the verdict."""
        return exit_code_of(error)


class WorldChild:
    """A world in a child process; ``command`` starts it for a folder (``attend``).

    It runs in a process group of its own, so that Ctrl-C in the terminal reaches it only through
    Locust, and its standard input ends when Locust does.
    """

    def __init__(self, command: Callable[[Path], list[str]]) -> None:
        self._command = command
        self._folder = TemporaryDirectory(prefix="pawa-load-")
        self._process: subprocess.Popen[bytes] | None = None
        self._relay: Thread | None = None
        self._last_line = ""

    def plan(self, given_up: Callable[[], bool]) -> Plan | None:
        """Start the child, and wait for its plan."""
        folder = Path(self._folder.name)
        process = self._started(self._command(folder))
        plan, until_s = folder / "plan.json", time.monotonic() + READY_WITHIN_S
        while not plan.exists():
            if given_up():
                self._end()
                return None
            if process.poll() is not None:
                raise self._failure(process.returncode)
            if time.monotonic() > until_s:
                self._end()
                raise WorldError(f"the world wrote no plan within {READY_WITHIN_S:g} s")
            time.sleep(POLL_S)
        return Plan.from_json(plan.read_bytes())

    def finish(self, error: LoadError | None) -> int:
        """Wait for the verdict."""
        told = exit_code_of(error)
        if self._process is not None:
            try:
                told = self._process.wait(VERDICT_WITHIN_S) or told
            except subprocess.TimeoutExpired:
                told = OUR_FAILURE
        self._end()
        return told if told >= 0 else OUR_FAILURE

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        if process.stderr is None:
            raise WorldError("the world has no standard error")
        self._process = process
        self._relay = Thread(target=self._read, args=(process.stderr,), daemon=True)
        self._relay.start()
        return process

    def _read(self, stderr: IO[bytes]) -> None:
        for line in stderr:
            sys.stderr.write(line.decode("utf-8", "replace"))
            self._last_line = line.decode("utf-8", "replace").strip() or self._last_line

    def _failure(self, code: int) -> LoadError:
        if self._relay is not None:
            self._relay.join(ENDS_WITHIN_S)
        message = self._last_line or f"the world ended with exit code {code} and no word"
        return InputError(message) if code == WRONG_INPUT else WorldError(message)

    def _end(self) -> None:
        """Nothing of it is left, whatever state it was in."""
        process = self._process
        if process is not None:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(ENDS_WITHIN_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if self._relay is not None:
                self._relay.join(ENDS_WITHIN_S)
            for pipe in (process.stdin, process.stderr):
                if pipe is not None:
                    pipe.close()
        self._folder.cleanup()


def exit_code_of(error: LoadError | None) -> int:
    """The exit code that tells of what broke a run; 0: nothing."""
    if error is None:
        return 0
    return WRONG_INPUT if isinstance(error, InputError) else OUR_FAILURE
