"""The command: what it prints, what it refuses, how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loadtests import cli
from loadtests.profile_file import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process; its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pawa-load", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        out, err = capsys.readouterr()
        return (code if isinstance(code, int) else 0), out, err

    return run


def test_the_module_is_the_command() -> None:
    """`python -m loadtests` is `pawa-load`."""
    done = subprocess.run(
        [sys.executable, "-m", "loadtests", "list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "outage" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--profile", "outge"), "there is no profile 'outge'; nearest: outage"),
        (("--profile", "none.toml"), "none.toml: cannot be read: no such file"),
        (("--profile", "outage", "--client", "refrence"), "unknown client 'refrence'; valid: "),
        (("--profile", "outage", "--targets", "none.toml"), "none.toml: cannot be read"),
        (("--profile", "outage", "--out", "/dev/null/x"), "--out /dev/null/x: not a directory"),
        (("--profile", "outage", "--seed", "x"), "'x' is not a valid integer"),
        (("--profile", "outage", "--processes", "0"), "0 is not in the range"),
        ((), "Missing option '--profile'"),
        (("--profil", "outage"), "No such option"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_2(
    command: Command, arguments: tuple[str, ...], told: str
) -> None:
    """No traceback, nothing on stdout."""
    client = () if "--client" in arguments else ("--client", "reference")
    code, out, err = command("run", *arguments, *client)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("pawa-load: ")
    assert told in err


def test_a_client_must_be_named(command: Command) -> None:
    """There is no client by default."""
    code, _, err = command("run", "--profile", "outage")

    assert code == 2
    assert "Missing option '--client'" in err


def test_a_phase_without_length_is_refused(command: Command, tmp_path: Path) -> None:
    """With the place in the file."""
    path = tmp_path / "ours.toml"
    path.write_text('name = "ours"\nnote = ""\n[[phases]]\nname = "a"\n', "utf-8")

    code, out, err = command("run", "--profile", str(path), "--client", "reference")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{path}: phases[0]" in err
    assert "length_s" in err


def test_every_mistake_in_a_file_has_its_line(command: Command, tmp_path: Path) -> None:
    """So that all of them are mended at once."""
    path = tmp_path / "ours.toml"
    path.write_text('name = "ours"\nnote = ""\n[[phases]]\nname = "a"\nlength = 1\n', "utf-8")

    code, _, err = command("run", "--profile", str(path), "--client", "reference")

    assert code == 2
    assert [line.startswith(f"pawa-load: {path}: ") for line in err.splitlines()] == [True, True]


def test_the_list_is_for_people_and_for_programs(command: Command) -> None:
    """JSON and nothing else on stdout."""
    code, out, _ = command("list")
    assert code == 0
    assert "outage " in out

    code, out, _ = command("list", "--json")
    assert code == 0
    assert {"name", "note", "length_s", "quick_s", "rows"} <= json.loads(out)[0].keys()


def test_a_figure_is_explained(command: Command) -> None:
    """Without a word, all that can be is listed."""
    code, out, _ = command("explain", "time_to_recover_s")
    assert (code, out.split()[0]) == (0, "time_to_recover_s")

    code, out, _ = command("explain")
    assert code == 0
    assert "time_to_recover_s" in out


def test_the_file_of_a_profile_is_printed_as_it_is(command: Command) -> None:
    """To begin one's own."""
    code, out, _ = command("profile", "outage")

    assert (code, out) == (0, (SHIPPED / "outage.toml").read_text("utf-8"))


def test_an_unknown_word_names_the_nearest(command: Command) -> None:
    """Exit 2."""
    for asked in ("profile", "explain"):
        code, out, err = command(asked, "outge")

        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "nearest: outage" in err


def test_without_a_word_the_help_is_shown(command: Command) -> None:
    """Exit 2, like any command that was not understood."""
    code, _, err = command()

    assert code == 2
    assert "Usage: pawa-load" in err
    assert "attend" not in err


def test_compare_refuses_what_it_cannot_read(command: Command, tmp_path: Path) -> None:
    """In one line that names the file, as every other command."""
    code, out, err = command("compare", str(tmp_path / "a"), str(tmp_path / "b"))

    assert (code, out) == (2, "")
    assert err.startswith(f"pawa-load: {tmp_path / 'a'}: no such file")
    assert err.count("\n") == 1
