"""Whole load tests: Locust, clients and mock as real processes.

Everything that lives in Locust's process is tested here, since importing it would change this one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import loadtests
from loadtests.profile_file import load_profile, shipped
from reports.document import read_results
from reports.results import Results, Verdict

LOCUSTFILE = Path(loadtests.__file__).with_name("locustfile.py")
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


@pytest.mark.usefixtures("load_alone")
@pytest.mark.parametrize("processes", [(), ("--processes", "2")], ids=["one", "two"])
def test_plain_locust_comes_to_the_same(
    brief: Path, tmp_path: Path, processes: tuple[str, ...]
) -> None:
    """The same locustfile without `pawa-load`: the verdict is written, the exit code is its own."""
    out = tmp_path / "out"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"),
            *("--pawa-profile", str(brief), "--pawa-client", "reference"),
            *("--pawa-out", str(out), "--pawa-seed", "1", *processes),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PAWA_LOAD_PLAN": ""},
    )

    assert (out / "results.json").is_file(), ran.stderr
    results = read_results(out / "results.json")
    assert results.run.complete
    assert ran.returncode == (0 if not reasons(results) else 3)
    assert results.load is not None
    assert results.load.counts["finished"] == results.load.counts["scheduled"] > 0
