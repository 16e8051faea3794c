"""Where a run gets its world from, and what becomes of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loadtests.errors import InputError, LoadError, WorldError
from loadtests.generator import world_child
from loadtests.generator.world_child import GivenWorld, WorldChild, exit_code_of
from loadtests.plan import VARIABLE, Instance, Lane, Plan
from loadtests.profile_file import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable

PLAN = Plan(
    profile=load_profile("steady"),
    quick=True,
    seed=1,
    lanes=(Lane("client", "raw", (Instance("one", {}),)),),
    events="events",
    patience_s=1.0,
    drain_s=1.0,
)
WRITES_ITS_PLAN = """
import os, sys
folder, source, code = sys.argv[1:]
print(os.getpid(), os.environ.get("PAWA_LOAD_PLAN"), os.getpgid(0) == os.getpid(), file=sys.stderr)
part = os.path.join(folder, "part")
with open(source, "rb") as plan, open(part, "wb") as copy:
    copy.write(plan.read())
os.rename(part, os.path.join(folder, "plan.json"))
sys.exit(int(code)) if code != "waits" else sys.stdin.read()
"""
REFUSES = "import sys; sys.stderr.write('first\\n\\nseed: no\\n\\n'); sys.exit(int(sys.argv[2]))"
SILENT = "import sys, time; time.sleep(60)"


class Attending:
    """The command of a world: a program in its place, and the folder that it was given."""

    def __init__(self, tmp_path: Path, program: str, word: str = "0") -> None:
        self._source = tmp_path / "source.json"
        PLAN.write(self._source)
        self._program = program
        self._word = word
        self.folder = Path()

    def __call__(self, folder: Path) -> list[str]:
        self.folder = folder
        told = [str(folder), str(self._source), self._word]
        if self._program is REFUSES:
            told = [str(folder), self._word]
        return [sys.executable, "-c", self._program, *told]


def never() -> bool:
    return False


def test_the_world_that_was_given_has_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names its file."""
    PLAN.write(tmp_path / "plan.json")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "plan.json"))

    assert GivenWorld().plan(never) == PLAN


def test_the_world_that_was_given_makes_one_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mock has been read by then."""
    PLAN.write(tmp_path / "plan.json")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "plan.json"))
    world = GivenWorld()

    assert world.plan(lambda: True) is None
    with pytest.raises(WorldError, match="started for one test"):
        world.plan(never)


@pytest.mark.parametrize(
    ("error", "code"), [(None, 0), (InputError("no"), 2), (WorldError("no"), 3)]
)
def test_what_broke_a_run_is_in_the_exit_code(error: LoadError | None, code: int) -> None:
    """The world outside has the verdict, and Locust ends with whether there was traffic."""
    assert GivenWorld().finish(error) == exit_code_of(error) == code


def test_a_child_writes_its_plan_and_gives_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What it says is passed on; the plan of another run is none of its business."""
    monkeypatch.setenv(VARIABLE, "another")
    attending = Attending(tmp_path, WRITES_ITS_PLAN, "1")
    world = WorldChild(attending)

    assert world.plan(never) == PLAN
    assert attending.folder.is_dir()
    assert world.finish(None) == 1
    assert not attending.folder.exists()
    assert capfd.readouterr().err.split()[1:] == ["None", "True"]


def test_a_failure_of_ours_counts_where_the_world_saw_none(tmp_path: Path) -> None:
    """The exit code is never 0 then."""
    world = WorldChild(Attending(tmp_path, WRITES_ITS_PLAN, "0"))
    world.plan(never)

    assert world.finish(WorldError("no")) == 3


@pytest.mark.parametrize(("code", "kind"), [("2", InputError), ("3", WorldError)])
def test_the_last_line_of_a_child_that_refuses_is_the_message(
    tmp_path: Path, code: str, kind: type[LoadError]
) -> None:
    """Its exit code tells whose fault it is."""
    attending = Attending(tmp_path, REFUSES, code)
    world = WorldChild(attending)

    with pytest.raises(kind, match=r"^seed: no$"):
        world.plan(never)
    assert world.finish(kind("seed: no")) == int(code)
    assert not attending.folder.exists()


def test_a_child_that_ends_without_a_word_is_told_by_its_code(tmp_path: Path) -> None:
    """There is nothing else to say."""
    world = WorldChild(Attending(tmp_path, "import sys; sys.exit(9)"))

    with pytest.raises(WorldError, match="ended with exit code 9 and no word"):
        world.plan(never)
    world.finish(None)


@pytest.mark.parametrize("how", ["given up", "too late"])
def test_a_child_that_writes_no_plan_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """When nobody wants it any more, or after its time."""
    monkeypatch.setattr(world_child, "READY_WITHIN_S", 0.2)
    attending = Attending(tmp_path, SILENT)
    world = WorldChild(attending)

    if how == "given up":
        assert world.plan(lambda: True) is None
    else:
        with pytest.raises(WorldError, match="wrote no plan within"):
            world.plan(never)
    assert not attending.folder.exists()
    assert world.finish(None) == 3


def test_a_child_that_does_not_come_to_a_verdict_is_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    gone: Callable[[int], bool],
) -> None:
    """After its time; the run is no verdict then."""
    monkeypatch.setattr(world_child, "VERDICT_WITHIN_S", 0.2)
    world = WorldChild(Attending(tmp_path, WRITES_ITS_PLAN, "waits"))
    world.plan(never)

    assert world.finish(None) == 3
    pid = int(capfd.readouterr().err.split()[0])
    assert gone(pid)
    assert pid != os.getpid()
