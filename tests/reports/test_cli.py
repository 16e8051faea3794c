"""The command pawa-report, run as a process."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reports.document import to_json
from tests.reports.load_makers import make_load_results
from tests.reports.makers import make_results, make_row, one_of_each

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def results_json(tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "reference" / "results.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(to_json(one_of_each()))
    return path


def report(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reports", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_html_writes_a_page(results_json: Path, tmp_path: Path) -> None:
    """`pawa-report html RESULTS.json --out DIR` writes DIR/index.html and names it."""
    done = report("html", results_json, "--out", tmp_path / "page")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'page' / 'index.html'}\n"
    assert "RETRY-003" in (tmp_path / "page" / "index.html").read_text("utf-8")


def test_matrix_reads_every_folder(results_json: Path) -> None:
    """`pawa-report matrix DIR` writes DIR/index.html over DIR/*/results.json."""
    folder = results_json.parents[1]
    done = report("matrix", folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert "reference/index.html#RETRY-003" in (folder / "index.html").read_text("utf-8")


def test_show_prints_a_run_and_one_row(results_json: Path) -> None:
    """`pawa-report show` prints the short table; with --row, that row with its proof."""
    run, row = report("show", results_json), report("show", results_json, "--row", "RETRY-003")

    assert run.returncode == row.returncode == 0
    assert "reference: 2 binding promises were broken." in run.stdout
    assert "✗ fail  RETRY-003" in row.stdout
    assert "attempts on the wire" in row.stdout


def test_bad_input_is_one_line_and_exit_code_2(results_json: Path, tmp_path: Path) -> None:
    """Wrong files, folders, rows and options name place and mend, without a traceback."""
    broken = tmp_path / "broken.json"
    broken.write_text('{"schema": "pawa-resilience/results/1"')
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    for arguments, message in (
        (("show", tmp_path / "nothing.json"), "no such file"),
        (("show", broken), "not JSON"),
        (("show", results_json, "--row", "NO-001"), "no row NO-001; it has RETRY-001"),
        (("html", results_json), "Missing option '--out'; see pawa-report html --help"),
        (("html", results_json, "--out", in_the_way), "choose another folder"),
        (("matrix", tmp_path / "nowhere"), "no such folder"),
        (("matrix", results_json.parent), "no folder in it has a results.json"),
        (("paint",), "No such command 'paint'"),
    ):
        done = report(*arguments)

        assert done.returncode == 2, arguments
        assert done.stdout == ""
        assert done.stderr.startswith("pawa-report: ")
        assert message in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_run_without_rows_can_be_shown(results_json: Path) -> None:
    """An empty run is shown as one, and asking it for a row says that it has none."""
    results_json.write_bytes(to_json(make_results()))

    assert "Nothing was judged." in report("show", results_json).stdout
    assert "it has no rows at all" in report("show", results_json, "--row", "A").stderr


def test_a_run_with_few_rows_names_them_all(results_json: Path) -> None:
    """The ids that exist are the valid answers."""
    results_json.write_bytes(to_json(make_results(make_row(id="SSE-001"))))

    assert "it has SSE-001\n" in report("show", results_json, "--row", "SSE-002").stderr


def test_without_a_command_it_tells_its_commands() -> None:
    """Somebody who types the bare name learns what there is."""
    done = report()

    assert done.returncode == 2
    assert all(name in done.stderr for name in ("html", "matrix", "show"))
    assert report("--help").returncode == 0


def test_a_load_test_is_shown_and_written_as_any_other_run(results_json: Path) -> None:
    """`html`, `show` and `matrix` take its results too."""
    results_json.write_bytes(to_json(make_load_results()))
    html = report("html", results_json, "--out", results_json.parent)

    assert (html.returncode, html.stderr) == (0, "")
    assert "The run over time" in results_json.with_name("index.html").read_text("utf-8")
    assert "✗ fail  LOAD-004" in report("show", results_json).stdout
    assert report("matrix", results_json.parents[1]).returncode == 0
