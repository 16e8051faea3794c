"""Locust as a child: whatever it does, nothing of it is left."""

from __future__ import annotations

import asyncio
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from loadtests.errors import WorldError
from loadtests.locust_child import (
    KEPT_LINES,
    LOCUSTFILE,
    MARK,
    LocustChild,
    Reports,
    free_port,
    locust_command,
)
from loadtests.plan import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""
POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", flush=True)
time.sleep(60)
"""
WITH_A_CHILD_OF_ITS_OWN = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print("ready", flush=True)
"""


def child(tmp_path: Path, program: str) -> LocustChild:
    """Somebody in Locust's place."""
    command = (sys.executable, "-c", program)
    return LocustChild(tmp_path / "plan.json", Reports(tmp_path), command=command)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it; the test's own patience ends it."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - a process, not a task, makes it true
            await asyncio.sleep(0.01)


async def test_it_is_told_where_the_plan_is(tmp_path: Path) -> None:
    """By environment; and it has the run's mark."""
    program = f"import os; print(os.environ['{VARIABLE}'], len(os.environ['{MARK}']))"
    async with child(tmp_path, program) as locust:
        assert await locust.finish() == 0
        await until(lambda: locust.said != "")

    assert locust.said == f"{tmp_path / 'plan.json'} 32"
    assert not locust.alive()


async def test_it_has_a_session_of_its_own(tmp_path: Path) -> None:
    """Ctrl-C in a terminal reaches the command alone, which ends it in its own way."""
    async with child(tmp_path, "import os; print(os.getsid(0) == os.getpid())") as locust:
        await until(lambda: locust.said != "")

    assert locust.said == "True"


async def test_one_that_listens_ends_when_it_is_asked(tmp_path: Path) -> None:
    """In its own way, with its own exit code."""
    async with child(tmp_path, POLITE) as locust:
        await until(lambda: locust.said == "ready")
        locust.ask_to_end()

        assert await locust.finish() == 7


async def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    """After the time that it was given."""
    async with child(tmp_path, STUBBORN) as locust:
        await until(lambda: locust.said == "ready")
        locust.ask_to_end()

        assert await locust.finish(within_s=0.05) is None
        assert locust.alive()

    assert not locust.alive()
    assert locust.left() == []


async def test_what_it_started_goes_with_it(tmp_path: Path) -> None:
    """Also when it has left without a word, and its child has another session."""
    async with child(tmp_path, WITH_A_CHILD_OF_ITS_OWN) as locust:
        await until(lambda: not locust.alive())

        assert len(locust.left()) == 1

    assert locust.left() == []


async def test_an_error_does_not_leave_it_behind(tmp_path: Path) -> None:
    """Whatever ends the context."""
    locust = child(tmp_path, STUBBORN)
    with pytest.raises(KeyError):
        async with locust:
            raise KeyError

    assert locust.left() == []


async def test_the_end_of_what_it_prints_is_kept(tmp_path: Path) -> None:
    """However much that was: no pipe fills up."""
    program = "for number in range(20_000): print('line', number)"
    async with child(tmp_path, program) as locust:
        assert await locust.finish() == 0
        await until(lambda: locust.said.endswith("line 19999"))

    assert locust.said.count("\n") == KEPT_LINES - 1


async def test_its_last_words_are_read_to_their_end(tmp_path: Path) -> None:
    """Its end is known as soon as it has ended, whatever waits in the pipe."""
    program = "print('\\n'.join(map(str, range(20_000))))"
    async with child(tmp_path, program) as locust:
        await locust.finish()

        assert (await locust.last_words()).endswith("\n19999")


async def test_who_holds_its_pipe_open_holds_up_nobody(tmp_path: Path) -> None:
    """What it has started may outlive it for a moment."""
    async with child(tmp_path, WITH_A_CHILD_OF_ITS_OWN) as locust:
        await until(lambda: not locust.alive())

        assert await locust.last_words(within_s=0.2) == "ready"


async def test_a_command_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    """It says nothing about the client."""
    locust = LocustChild(tmp_path / "p", Reports(tmp_path), command=("no-such-locust",))

    with pytest.raises(WorldError, match=r"^no-such-locust: cannot be started \(No such file"):
        async with locust:
            pass


async def test_another_run_is_left_alone(tmp_path: Path) -> None:
    """Each run has its own mark."""
    async with child(tmp_path, STUBBORN) as one, child(tmp_path, STUBBORN) as other:
        await until(lambda: one.said == other.said == "ready")
        one.kill()
        await one.finish()

        assert (one.alive(), other.alive()) == (False, True)
        assert len(other.left()) == 1


def test_reports_are_those_that_were_written(tmp_path: Path) -> None:
    """By what they are."""
    (tmp_path / "locust.html").write_text("<p>", "utf-8")

    assert Reports(tmp_path).files() == {"locust's page": tmp_path / "locust.html"}


def test_one_process_needs_no_port(tmp_path: Path) -> None:
    """It is Locust's local runner."""
    command = locust_command(Reports(tmp_path))

    assert str(LOCUSTFILE) in command
    assert "--headless" in command
    assert "--processes" not in command


def test_several_processes_meet_on_a_port_of_their_own(tmp_path: Path) -> None:
    """On the loopback: two runs at the same time do not meet."""
    command = locust_command(Reports(tmp_path), processes=2)
    told = dict(pairwise(command))

    assert told["--processes"] == "2"
    assert told["--master-bind-host"] == told["--master-host"] == "127.0.0.1"
    assert told["--master-bind-port"] == told["--master-port"] != "5557"


def test_a_free_port_is_one(tmp_path: Path) -> None:
    """Between 1024 and the last."""
    assert 1024 < free_port() <= 65535
