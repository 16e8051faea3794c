"""`pawa-mock completion`, and what a shell is told when somebody presses Tab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

from mockserver.cli import cli
from mockserver.commands.completion import SHELLS, VARIABLE
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.spelling import SHORTCUTS
from mockserver.presets import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def completed(*words: str, incomplete: str = "") -> list[str]:
    """What a shell would be told behind these words."""
    shell = ShellComplete(cli, {}, "pawa-mock", VARIABLE)
    return [item.value for item in shell.get_completions(list(words), incomplete)]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_script(pawa_mock: PawaMock, shell: str) -> None:
    """It names this command and asks it by a variable."""
    told = pawa_mock("completion", shell)

    assert told.code == 0
    assert f"{VARIABLE}={shell}_complete" in told.out


def test_bash_reads_its_script(pawa_mock: PawaMock) -> None:
    """Without a complaint."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = pawa_mock("completion", "bash").out

    done = subprocess.run([bash, "-n"], input=script, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_answers_a_shell() -> None:
    """As the script asks it."""
    asked = {"COMP_WORDS": "pawa-mock fault add rst", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "mockserver"],
        env={**os.environ, VARIABLE: "bash_complete", **asked},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.splitlines()[:1] == ["plain,rst"]


def test_commands_kinds_and_presets_are_completed() -> None:
    """Wherever one stands."""
    assert {"serve", "fault", "journal"} <= set(completed())
    assert set(completed("fault", "add")) == {*SHORTCUTS, *FAULTS}
    assert completed("fault", "add", incomplete="noo") == ["noop"]
    assert completed("serve", "--preset") == list(NAMES)
    assert completed("presets", incomplete="bad") == ["bad-day"]
    assert completed("faults", incomplete="noo") == ["noop"]


def test_settings_of_a_fault_are_completed() -> None:
    """By its kind, by a status, by a shortcut."""
    assert "seconds=" in completed("fault", "add", "hold")
    assert "retry_after=" in completed("fault", "add", "429")
    assert "after_chunks=" in completed("fault", "add", "stall", incomplete="a")
    assert completed("fault", "add", "nonsense") == []


def test_ids_are_asked_of_the_running_server(server: ThreadedMockServer, steer: PawaMock) -> None:
    """Rules, sandboxes and keys."""
    steer("fault", "add", "503", "--id", "down")
    at = ("--server", server.url)

    assert completed("fault", "remove", *at) == ["down"]
    assert completed("rules", *at, "--remove") == ["down"]
    assert completed("journal", *at, "--rule", incomplete="d") == ["down"]
    assert completed("journal", *at, "--sandbox") == ["default"]


def test_without_a_server_nothing_is_completed() -> None:
    """And nothing is complained of."""
    assert completed("fault", "remove", "--server", "http://127.0.0.1:1") == []
