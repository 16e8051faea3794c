"""The demo: several clients side by side, and one page that compares them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from reports.document import read_results
from scenarios import demo
from scenarios.demo import HARNESS_FAILED, run_demo
from scenarios.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_demo_shows_findings_and_ends_well(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that break promises are what a demo is for: exit 0, a page for each, a matrix."""
    monkeypatch.setattr(demo, "ROWS", ("--rows", "ERR-002"))

    code = run_demo(str(tmp_path), seed=7, clients=("reference", "pawa-sdk"))

    shown = capfd.readouterr()
    sdk = read_results(tmp_path / "pawa-sdk" / "results.json")
    assert code == 0, shown.err
    assert [row.verdict.value for row in sdk.rows] == ["fail"]
    assert sdk.run.seed == 7
    for name in ("results.json", "junit.xml", "index.html"):
        assert (tmp_path / "reference" / name).exists()
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "reference/index.html#ERR-002" in page
    assert "pawa-sdk/index.html#ERR-002" in page
    assert "pawa-sdk: fail ERR-002" in shown.err
    assert "index.html" in shown.out


def test_a_folder_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    """Before any client is started."""
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(InputError, match="taken: not a directory; choose another folder"):
        run_demo(str(tmp_path / "taken"))


def test_a_client_that_does_not_start_spoils_the_demo(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are shown, what went wrong is told, and the exit code says so."""
    monkeypatch.setattr(demo, "ROWS", ("--rows", "ERR-002"))
    broken = f"cmd:{sys.executable} -c pass"
    old = tmp_path / broken / "results.json"
    old.parent.mkdir(parents=True)
    old.write_text("from an earlier demo")

    code = run_demo(str(tmp_path), clients=("reference", broken))

    shown = capfd.readouterr()
    assert code == HARNESS_FAILED
    assert "the run failed (exit 2)" in shown.err
    assert "Traceback" not in shown.err
    assert not old.exists()
    assert (tmp_path / "index.html").exists()
