"""The world beside a Locust that somebody has started by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from loadtests.plan import VARIABLE
from reports.document import read_results
from tests.loadtests.command import ROOT, STAND_IN, Command

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that Locust and the world both know."""
    path = tmp_path / "both"
    path.mkdir()
    return path


def attend(tmp_path: Path, brief: Path, folder: Path, client: str = "raw") -> Command:
    """The world, which has written its plan."""
    asked = ("attend", "--profile", str(brief), "--client", client, "--out", str(tmp_path / "out"))
    return Command(tmp_path, *asked, "--folder", str(folder))


def make_traffic(folder: Path) -> int:
    """Somebody makes the traffic of the plan."""
    environment = {**os.environ, VARIABLE: str(folder / "plan.json")}
    command = [sys.executable, str(STAND_IN), "well"]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False).returncode


def test_the_plan_is_there_and_the_verdict_is_the_exit_code(
    tmp_path: Path, brief: Path, folder: Path
) -> None:
    """Written and shown like any run."""
    world = attend(tmp_path, brief, folder)
    world.until((folder / "plan.json").exists)
    assert make_traffic(folder) == 0

    assert world.end() in (0, 1, 3), world.err
    assert read_results(tmp_path / "out" / "results.json").run.complete
    assert f"page: {tmp_path / 'out' / 'index.html'}" in world.out


def test_it_is_ended_by_a_signal(tmp_path: Path, brief: Path, folder: Path) -> None:
    """Before any traffic there is nothing to judge."""
    world = attend(tmp_path, brief, folder)
    world.until((folder / "plan.json").exists)
    world.signal(signal.SIGTERM)

    assert world.end() == 130
    assert "pawa-load: ended before the traffic began: SIGTERM; nothing was written" in world.err
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_is_told_before_there_is_a_plan(
    tmp_path: Path, brief: Path, folder: Path
) -> None:
    """One line, exit 2: Locust tells it."""
    world = attend(tmp_path, brief, folder, client="refrence")

    assert world.end() == 2
    assert "unknown client 'refrence'" in world.err
    assert world.err.count("\n") == 1
    assert list(folder.iterdir()) == []


ORPHANED = """
import os, subprocess, sys, time
command = [sys.executable, "-m", "loadtests", *sys.argv[1:]]
subprocess.Popen(command, stdin=subprocess.DEVNULL)
while not os.path.exists(sys.argv[-1] + "/plan.json"):
    time.sleep(0.02)
os._exit(0)
"""


def test_it_does_not_outlive_its_locust(tmp_path: Path, brief: Path, folder: Path) -> None:
    """However that has ended."""
    asked = ("attend", "--profile", str(brief), "--client", "raw", "--folder", str(folder))
    done = subprocess.run(
        [sys.executable, "-c", ORPHANED, *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    # the pipe of stderr is at its end only when the world, which has inherited it, is gone
    assert "pawa-load: Locust ended before the traffic began" in done.stderr
