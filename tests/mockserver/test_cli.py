"""The command itself: its parts, its help, and how mistakes are told."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

from mockserver.cli import cli, run

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_it_has_the_documented_commands() -> None:
    """And no other."""
    assert sorted(cli.commands) == [
        "budget", "check", "choices", "clock", "completion", "fault", "faults", "init", "journal",
        "keys", "monitoring", "notes", "openapi", "presets", "reset", "rules", "schema", "serve",
        "usage",
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


def leaves(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[str, ...]]:
    """The words that call each command that is no group."""
    if not isinstance(command, click.Group):
        yield words
        return
    for name, inner in command.commands.items():
        yield from leaves((*words, name), inner)


def examples() -> list[str]:
    """Every line of a help text that shows a command."""
    texts = [cli.help or ""]
    groups = [cli]
    while groups:
        for command in groups.pop().commands.values():
            texts.append(command.help or "")
            if isinstance(command, click.Group):
                groups.append(command)
    return re.findall(r"^ *(pawa-mock .+)$", "\n".join(texts), re.MULTILINE)


@pytest.mark.parametrize("words", list(leaves((), cli)), ids=" ".join)
def test_every_command_has_an_example(words: tuple[str, ...]) -> None:
    """In its own help, or in that of its group."""
    assert any(shlex.split(line)[1 : len(words) + 1] == list(words) for line in examples())


@pytest.mark.parametrize("line", examples())
def test_every_example_is_a_good_one(line: str) -> None:
    """It is parsed as the command would, and names options that there are."""
    words = shlex.split(re.split(r" >>? ", line)[0])[1:]
    command: click.Command = cli
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]

    command.make_context("pawa-mock", words)


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
