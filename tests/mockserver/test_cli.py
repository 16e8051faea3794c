"""The command itself: its parts, its help, and how mistakes are told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mockserver.cli import cli, run


def test_it_has_the_documented_commands() -> None:
    """And no other."""
    assert sorted(cli.commands) == [
        "check", "choices", "clock", "completion", "fault", "faults", "init", "journal", "openapi",
        "presets", "reset", "rules", "schema", "serve", "usage",
    ]  # fmt: skip


def test_without_arguments_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    """As with --help."""
    assert run([]) == 0
    bare = capsys.readouterr()
    assert run(["--help"]) == 0

    assert bare.out == capsys.readouterr().out
    assert "serve" in bare.out


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_helps(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence on what it does."""
    assert run([command, "--help"]) == 0
    assert cli.commands[command].help
    assert "Usage: pawa-mock" in capsys.readouterr().out


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert run(["sreve"]) == 2
    told = capsys.readouterr()

    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith("pawa-mock: No such command 'sreve'")


def test_a_module_is_the_command() -> None:
    """`python -m mockserver` is `pawa-mock`."""
    done = subprocess.run(
        [sys.executable, "-m", "mockserver", "--version"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("pawa-mock ")
