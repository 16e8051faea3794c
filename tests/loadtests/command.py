"""The command as a process of its own, whose leavings can be counted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
STAND_IN = Path(__file__).with_name("stand_in.py")

WITH_A_STAND_IN = """
import sys
from loadtests import cli, locust_child
locust_child.locust_command = lambda *_, **__: (sys.executable, {program!r}, {word!r})
cli.main()
"""
PATIENCE_S = 60.0
ENDS_WITHIN_S = 10.0


class Command:
    """``pawa-load`` (or another module of ours or Locust's) in the middle of its work.

    ``stand_in`` is the word for :mod:`tests.loadtests.stand_in` in Locust's place; None: Locust.
    ``folder`` is where its private files go: all that it starts has that in its environment.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        stand_in: str | None = None,
        module: str = "loadtests",
    ) -> None:
        self._temporary = folder / "temporary"
        self._temporary.mkdir(parents=True)
        program = ("-m", module)
        if stand_in is not None:
            program = ("-c", WITH_A_STAND_IN.format(program=str(STAND_IN), word=stand_in))
        self._stderr = folder / "stderr"
        with self._stderr.open("wb") as told:
            self._process = subprocess.Popen(
                [sys.executable, *program, *arguments],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(self._temporary)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=told,
            )
        self.out = ""

    @property
    def err(self) -> str:
        """What it has said so far on stderr."""
        return self._stderr.read_text("utf-8")

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something; it must still run."""
        give_up_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert self._process.poll() is None, f"it has ended:\n{self.err}"
            assert time.monotonic() < give_up_s, f"it has not come:\n{self.err}"
            time.sleep(0.02)

    def until_told(self, words: str) -> None:
        """Wait until it has said that on stderr."""
        self.until(lambda: words in self.err)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def end(self) -> int:
        """Wait for its end; its exit code."""
        out, _ = self._process.communicate(timeout=PATIENCE_S)
        self.out = out.decode()
        return self._process.returncode

    def until_alone(self) -> None:
        """Wait until nothing that it has started runs any more, within seconds of its end."""
        give_up_s = time.monotonic() + ENDS_WITHIN_S
        while left := self.processes():
            assert time.monotonic() < give_up_s, [one.cmdline() for one in left]
            time.sleep(0.02)

    def processes(self) -> list[psutil.Process]:
        """Those that it has started and that still run."""
        return [one for one in psutil.process_iter() if self._started(one)]

    def left(self) -> list[str]:
        """Processes (with whatever they listen on) and files that it has left behind."""
        processes = [f"process {one.pid}" for one in self.processes()]
        return [*processes, *(path.name for path in self._temporary.iterdir())]

    def _started(self, process: psutil.Process) -> bool:
        try:
            here = process.environ().get("TMPDIR") == str(self._temporary)
            own = process.pid == self._process.pid
            return here and not own and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False
