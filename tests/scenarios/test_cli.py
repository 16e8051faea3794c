"""The command: what it prints, what it refuses, how it exits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scenarios import cli

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
Run = "Callable[..., tuple[int, str, str]]"


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process; its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pawa-scenarios", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        out, err = capsys.readouterr()
        return (code if isinstance(code, int) else 0), out, err

    return run


def as_process(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command as its own process."""
    return subprocess.run(
        [sys.executable, "-m", "scenarios", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_client_is_judged_from_any_folder(tmp_path: Path) -> None:
    """Verdicts on stderr, table and page on stdout; the folder's own set-up is void."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", "utf-8")
    done = as_process(
        "run", "--client", "pawa-sdk", "--rows", "RETRY-001,CACHE-001", "--out", "out", cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert "judging pawa-sdk" in done.stderr
    assert "RETRY-001" in done.stderr
    assert "pawa-sdk" in done.stdout
    assert "out/index.html" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "results.json",
        "junit.xml",
        "index.html",
    }


def test_a_broken_binding_row_exits_1() -> None:
    """And stands in the table with its reason."""
    done = as_process("run", "--client", "pawa-sdk", "--rows", "COST-007")

    assert done.returncode == 1, done.stderr
    assert "COST-007" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--client", "reference", "--rows", "RETRY-01"), "unknown row 'RETRY-01'; nearest: RETRY"),
        (("--client", "reference", "--group", "RETRI"), "unknown group 'RETRI'; groups: "),
        (("--client", "refrence"), "unknown client 'refrence'; valid: "),
        (("--client", "python:nothing"), "client 'python:nothing' must be python:"),
        (("--client", "reference", "--targets", "none.toml"), "targets file none.toml: No such"),
        (("--client", "reference", "--out", "/dev/null/x"), "--out /dev/null/x: not a directory"),
        (("--client", "cmd:./no-such-command"), "no-such-command"),
        (("--client", "cmd:false"), "hello"),
        (("--client", "reference", "--seed", "x"), "'x' is not a valid integer"),
        (("--client", "reference", "--mock-port", "70000"), "70000 is not in the range"),
        ((), "Missing option '--client'"),
        (("--clint", "reference"), "No such option"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_2(
    command: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], told: str
) -> None:
    """No traceback, nothing on stdout."""
    code, out, err = command("run", *arguments)

    last = err.strip().splitlines()[-1]
    assert code == 2
    assert told in last
    assert last.startswith("pawa-scenarios: ")
    assert "Traceback" not in err
    assert out == ""


def test_a_targets_file_is_checked_before_the_run(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    """A wrong name or value stops everything."""
    path = tmp_path / "t.toml"
    path.write_text("[targets]\nreaktion_s = 1.0\n", encoding="utf-8")

    code, _, err = command("run", "--client", "reference", "--targets", str(path))

    assert (code, err.count("\n")) == (2, 1)
    assert "unknown target 'reaktion_s'; nearest: reaction_s" in err


def test_the_list_is_for_people(command: Callable[..., tuple[int, str, str]]) -> None:
    """Rows and their promises."""
    code, out, _ = command("list")

    assert code == 0
    assert "RETRY-001  must*" in out


def test_the_list_is_for_programs(command: Callable[..., tuple[int, str, str]]) -> None:
    """JSON and nothing else on stdout."""
    code, out, _ = command("list", "--json")

    assert code == 0
    assert {"id", "tier", "severity", "group", "right"} <= json.loads(out)[0].keys()


def test_a_row_is_explained_in_any_case(command: Callable[..., tuple[int, str, str]]) -> None:
    """`retry-001` is RETRY-001."""
    code, out, _ = command("explain", "retry-001")

    assert code == 0
    assert out.startswith("RETRY-001  must*")


def test_an_unknown_row_names_the_nearest(command: Callable[..., tuple[int, str, str]]) -> None:
    """Exit 2."""
    code, out, err = command("explain", "RETRY-01")

    assert (code, out) == (2, "")
    assert "unknown row 'RETRY-01'; nearest: RETRY-" in err


def test_without_a_word_the_help_is_shown(command: Callable[..., tuple[int, str, str]]) -> None:
    """Exit 2, like any command that was not understood."""
    code, _, err = command()

    assert code == 2
    assert "Usage: pawa-scenarios" in err
