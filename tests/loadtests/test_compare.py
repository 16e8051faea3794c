"""`pawa-load compare`: what became better or worse from one run to another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from loadtests.compare import SCHEMA, compare_runs
from loadtests.errors import InputError
from reports.document import to_json
from tests.reports.load_makers import make_figure, make_load_results
from tests.reports.makers import one_of_each

if TYPE_CHECKING:
    from pathlib import Path

    from reports.results import Results


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """Two runs of an outage; in the second fewer calls were answered."""
    worse = make_load_results(figures=[make_figure(value=0.5, low=0.45, high=0.55)])
    return written(tmp_path / "a", make_load_results()), written(tmp_path / "b", worse)


def written(folder: Path, results: Results) -> str:
    folder.mkdir()
    (folder / "results.json").write_bytes(to_json(results))
    return str(folder)


def test_the_table_tells_figure_by_figure(
    runs: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both values, the difference, and what became of it; a difference is no failure."""
    assert compare_runs(*runs) == 0

    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Success share 87.1 % 50 % -37.1 points worse" in told
    assert "Amplification 1.63 requests/call — — not comparable" in told
    assert "From A to B 0 figures are better and 1 worse." in told


def test_a_folder_and_its_document_are_the_same(
    runs: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever a person names."""
    assert compare_runs(runs[0], f"{runs[0]}/results.json") == 0
    assert "No figure changed beyond noise." in capsys.readouterr().out


def test_programs_get_an_object(runs: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the bounds, and the word of the verdict for each figure."""
    compare_runs(*runs, as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert (told["schema"], told["profile"], told["quick"]) == (SCHEMA, "outage", False)
    assert told["figures"][0] == {
        "name": "success_share",
        "unit": "share",
        "first": {"value": 0.871, "low": 0.852, "high": 0.889, "n": 2400},
        "second": {"value": 0.5, "low": 0.45, "high": 0.55, "n": 2400},
        "difference": -0.371,
        "change": "worse",
        "why": "the bounds do not meet",
    }
    assert told["figures"][1]["second"] is None


def test_the_page_is_written_where_it_is_wanted(
    runs: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And named last."""
    compare_runs(*runs, out=str(tmp_path / "both"))

    page = tmp_path / "both" / "index.html"
    assert "A beside B" in page.read_text("utf-8")
    assert capsys.readouterr().out.splitlines()[-1] == f"page: {page}"


def test_rows_and_a_changed_control_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that was not judged any more, and a machine that was another."""
    first = make_load_results()
    control = make_figure(lane="control", value=0.2, low=0.1, high=0.3)
    second = make_load_results(figures=[control])
    fewer = type(second)(second.run, second.client, second.rows[1:], second.load)
    compare_runs(written(tmp_path / "a", first), written(tmp_path / "b", fewer))

    told = capsys.readouterr().out
    assert "LOAD-001: advisory → not judged. The first second" in told
    assert "The control changed too (Success share)" in told


def test_what_cannot_be_compared_is_told_in_one_line(tmp_path: Path) -> None:
    """No such run, another profile, a run of scenarios, a folder that cannot be written."""
    run = written(tmp_path / "a", make_load_results())
    for other, message in (
        (str(tmp_path / "none"), "no such file"),
        (written(tmp_path / "b", make_load_results(quick=True)), "'outage' in its quick form"),
        (written(tmp_path / "c", one_of_each()), "is no load test"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            compare_runs(run, other)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="choose another folder"):
        compare_runs(run, run, out=f"{run}/results.json")
