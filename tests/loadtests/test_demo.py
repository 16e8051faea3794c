"""The demo under load: one outage, two clients."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from loadtests import demo
from reports.results import Client, Results, Row, Run, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from loadtests.request import LoadRequest


def found(verdict: Verdict) -> Results:
    row = Row("LOAD-002", verdict, "r", "should", 1, "LOAD", "right")
    run = Run("r", "2026-01-01T00:00:00+00:00", 1.0, 1, "0")
    return Results(run, Client("s", "n", "1", "x"), [row])


class Runs:
    """In the place of real runs: the reference passes, the other ends as told."""

    def __init__(self, other: Results) -> None:
        self.other = other
        self.asked: list[LoadRequest] = []

    def __call__(self, request: LoadRequest) -> Results:
        self.asked.append(request)
        return found(Verdict.PASS) if request.spec == "reference" else self.other


def test_both_clients_meet_the_same_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same seed, a folder for each; a client that fails is a finding, not an error."""
    runs = Runs(found(Verdict.FAIL))
    monkeypatch.setattr(demo, "run_to_the_end", runs)

    assert demo.run_demo(str(tmp_path)) == 0
    assert [one.out_dir for one in runs.asked] == [
        tmp_path / "reference",
        tmp_path / "without-budget",
    ]
    assert len({(one.profile.name, one.quick, one.seed) for one in runs.asked}) == 1
    assert "without-budget" in capsys.readouterr().out


@pytest.mark.parametrize("cut", [True, False])
def test_a_harness_that_failed_is_told(
    cut: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, also when a run was cut short."""
    spoilt = found(Verdict.PASS if cut else Verdict.HARNESS_FAULT)
    if cut:
        spoilt = replace(spoilt, run=replace(spoilt.run, complete=False))
    monkeypatch.setattr(demo, "run_to_the_end", Runs(spoilt))

    assert demo.run_demo(str(tmp_path)) == 3
