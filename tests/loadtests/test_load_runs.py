"""Whole load tests: Locust, clients and mock as real processes.

Everything that lives in Locust's process is tested here, since importing it would change this one.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from loadtests.profile_file import load_profile, shipped
from reports.document import read_results
from reports.results import Results, Verdict

if TYPE_CHECKING:
    from pathlib import Path

KEPT = {Verdict.PASS, Verdict.ADVISORY}
TRIES = 3
"""A machine that was too busy makes a run a harness fault; it says so, and another is made."""


def load(*arguments: str, out: Path) -> Results:
    """The results of ``pawa-load run``, made anew while the machine was too busy."""
    for number in range(TRIES):
        folder = out / str(number)
        command = [sys.executable, "-m", "loadtests", "run", "--out", str(folder), *arguments]
        ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=150)
        assert (folder / "results.json").is_file(), ran.stderr
        results = read_results(folder / "results.json")
        if not any(row.verdict is Verdict.HARNESS_FAULT for row in results.rows):
            break
    return results


def reasons(results: Results) -> dict[str, str]:
    """The rows that were not kept, each with its reason."""
    return {row.id: row.reason for row in results.rows if row.verdict not in KEPT}


@pytest.mark.usefixtures("load_alone")
@pytest.mark.parametrize("profile", shipped())
def test_the_reference_client_keeps_its_promises(profile: str, tmp_path: Path) -> None:
    """Each profile once, in its quick form, with the control beside it."""
    results = load("--profile", profile, "--client", "reference", "--quick", out=tmp_path)

    assert reasons(results) == {}
    assert {row.id for row in results.rows} >= set(load_profile(profile).rows)
    assert results.load is not None
    counts = results.load.counts
    assert counts["scheduled"] == counts["finished"] + counts["running"]
    assert {line.lane for line in results.load.series} == {"client", "control"}


@pytest.mark.usefixtures("load_alone")
def test_two_workers_share_the_schedule(brief: Path, tmp_path: Path) -> None:
    """Locust's own way to more cores; no call is made twice, none is left out."""
    results = load(
        *("--profile", str(brief), "--client", "reference", "--processes", "2"), out=tmp_path
    )

    assert reasons(results) == {}
    assert results.load is not None
    assert results.load.counts["finished"] == results.load.counts["scheduled"] > 0
