"""The same run as pytest: items, words, exit codes; idle everywhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from reports.results import Verdict
from scenarios.catalogue.rows import load_rows
from scenarios.checks import equal
from scenarios.engine import Judged
from scenarios.pytest_plugin import RowItem, evidence_text, pytest_report_teststatus
from scenarios.registry import discover
from scenarios.verdicts import Finding, verdict_of

ROOT = Path(__file__).parents[2]


def run_pytest(cwd: Path, *arguments: str, alone: bool = True) -> subprocess.CompletedProcess[str]:
    """pytest as a user types it, in a folder that is not this project's.

    `alone` loads no other plugin that happens to be installed, which saves seconds.
    """
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "ignore", *arguments]
    environment = dict(os.environ)
    if alone:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        command += ["-p", "scenarios.pytest_plugin"]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=90, check=False
    )


def test_rows_are_items_and_the_exit_code_follows_the_binding_ones(tmp_path: Path) -> None:
    """The SDK retries, claims no cache, and hands its stream out late (a `should`)."""
    out = tmp_path / "out"
    done = run_pytest(
        tmp_path,
        "--pyargs",
        "scenarios",
        "--client",
        "pawa-sdk",
        "--rows",
        "RETRY-001,CACHE-001,LAT-002",
        "--seed",
        "7",
        "--out",
        str(out),
        "-v",
        alone=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "pawa-scenarios: client pawa-sdk, seed 7" in done.stdout
    assert "::RETRY-001 PASSED" in done.stdout
    assert "::CACHE-001 SKIPPED" in done.stdout
    assert "::LAT-002 SHOULD FAILED" in done.stdout
    assert "1 passed, 1 skipped, 1 should failed" in done.stdout
    assert (out / "results.json").exists()


def test_a_binding_row_that_fails_fails_its_item_with_its_evidence(tmp_path: Path) -> None:
    """Reason and checks, no traceback; exit code 1. `-k` chooses as in any run."""
    done = run_pytest(
        tmp_path,
        "--pyargs",
        "scenarios",
        "--client",
        "pawa-sdk",
        "--group",
        "COST,RETRY",
        "-k",
        "COST-007",
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "COST-007 (must*): fail" in done.stdout
    assert "reason: " in done.stdout
    assert "attempts on the wire: measured 3, target 1" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--rows", "RETRY-01", "--client", "reference"], "unknown row 'RETRY-01'"),
        (["--client", "refrence"], "unknown client 'refrence'"),
        ([], "no client: say which with --client"),
        (["--client", "cmd:./no-such-command", "--rows", "RETRY-001"], "no-such-command"),
    ],
)
def test_a_wrong_command_exits_2(tmp_path: Path, arguments: list[str], told: str) -> None:
    """With the one line that says what is wrong."""
    done = run_pytest(tmp_path, "--pyargs", "scenarios", *arguments)

    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_plugin_is_idle_in_other_runs(tmp_path: Path) -> None:
    """A user's own tests neither collect rows nor pay for the harness."""
    (tmp_path / "test_own.py").write_text(
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    loaded = [n for n in sys.modules if n.split('.')[0] in ('scenarios', 'mockserver')]\n"
        "    plugins = {'scenarios.pytest_plugin', 'mockserver.pytest_plugin'}\n"
        "    assert set(loaded) <= {'scenarios', 'mockserver'} | plugins\n",
        encoding="utf-8",
    )
    done = run_pytest(tmp_path, ".", alone=False)

    assert done.returncode == 0, done.stdout + done.stderr


def judged(row_id: str, *, good: bool) -> Judged:
    checks = (equal("attempts", 1 if good else 3, 1, advice="Send it once"),)
    return Judged(
        row=load_rows()[row_id],
        scenario=discover().scenario_of("RETRY-001"),
        judgement=verdict_of(Finding(checks=checks)),
        checks=checks,
        trial=None,
    )


def test_evidence_is_told_in_lines() -> None:
    """Verdict, promise, reason, then every check."""
    lines = evidence_text(judged("RETRY-001", good=False)).splitlines()

    assert lines[0] == "RETRY-001 (must*): fail"
    assert lines[2].startswith("reason: Send it once")
    assert lines[3] == "  fail     attempts: measured 3, target 1"


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (Verdict.FAIL, "SHOULD FAILED"),
        (Verdict.ADVISORY, "ADVISORY"),
        (Verdict.PASS, None),
    ],
)
def test_a_passed_item_has_the_word_of_its_verdict(verdict: Verdict, word: str | None) -> None:
    """What passes its item without having kept its promise is counted apart."""
    report = SimpleNamespace(when="call", passed=True, user_properties=[("verdict", verdict.value)])

    status = pytest_report_teststatus(report)  # type: ignore[arg-type]

    assert (status[2][0] if status else None) == word


def test_other_phases_and_failures_keep_pytests_words() -> None:
    """Set-up, and what failed."""
    failed = SimpleNamespace(when="call", passed=False, user_properties=[("verdict", "fail")])
    setup = SimpleNamespace(when="setup", passed=True, user_properties=[])

    assert pytest_report_teststatus(failed) is None  # type: ignore[arg-type]
    assert pytest_report_teststatus(setup) is None  # type: ignore[arg-type]


def test_items_are_known_by_their_rows() -> None:
    """For `-k` and for reports."""
    assert issubclass(RowItem, pytest.Item)
