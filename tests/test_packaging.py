"""What is installed is whole: commands, typing marks, data files, one version."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGES = ("mockserver", "scenarios", "loadtests", "reports")


@pytest.mark.parametrize("command", sorted(PROJECT["scripts"]))
def test_a_command_is_the_same_as_its_module(command: str) -> None:
    """`pawa-mock --version` and `python -m mockserver --version` say the same."""
    package = PROJECT["scripts"][command].split(".")[0]
    script = subprocess.run(
        [str(Path(sys.executable).parent / command), "--version"], capture_output=True, check=True
    )
    module = subprocess.run(
        [sys.executable, "-m", package, "--version"], capture_output=True, check=True
    )

    assert script.stdout == module.stdout
    assert version("pawa-resilience").encode() in script.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_says_that_it_is_typed(package: str) -> None:
    """PEP 561: users' type checkers read our annotations."""
    assert (files(package) / "py.typed").is_file()


def test_the_pytest_plugin_is_announced() -> None:
    """`pytest --pyargs scenarios` finds its options in any folder."""
    announced = {entry.value for entry in entry_points(group="pytest11")}

    assert "scenarios.pytest_plugin" in announced


def test_what_ci_installs_is_pinned() -> None:
    """Every direct dependency stands in constraints.txt with one version."""
    pinned = {
        line.split("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    extras = [need for needs in PROJECT["optional-dependencies"].values() for need in needs]
    direct = {
        need.split(">=")[0].split("==")[0].lower() for need in [*PROJECT["dependencies"], *extras]
    }

    assert direct - pinned == set()
