"""Puts a run on disk, each file whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import writing
from reports.document import ReportError, from_json
from reports.writing import page_of, refuse_unwritable, write_matrix, write_run, write_whole
from tests.reports.load_makers import make_load_results
from tests.reports.makers import make_results, make_row, one_of_each


def test_a_run_is_three_files(tmp_path: Path) -> None:
    """results.json, junit.xml and index.html, in a folder that is made when it is not there."""
    page = write_run(one_of_each(), tmp_path / "out" / "reference")

    assert page == tmp_path / "out" / "reference" / "index.html"
    assert sorted(path.name for path in page.parent.iterdir()) == (
        ["index.html", "junit.xml", "results.json"]
    )
    assert from_json(page.with_name("results.json").read_bytes()) == one_of_each()


def test_a_matrix_is_one_page_beside_the_folders(tmp_path: Path) -> None:
    """Its links lead into the folders of the clients."""
    write_run(one_of_each(), tmp_path / "reference")
    page = write_matrix([("reference", one_of_each())], tmp_path)

    assert page == tmp_path / "index.html"
    assert 'href="reference/index.html#RETRY-001"' in page.read_text("utf-8")


def test_a_run_that_cannot_be_rendered_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is rendered before the first byte is written."""
    write_run(one_of_each(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken(results: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(writing, "run_page", broken)
    with pytest.raises(RuntimeError):
        write_run(make_results(make_row()), tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full half-way does not destroy what was there."""
    path = tmp_path / "results.json"
    write_whole(path, b"old")

    def full(self: Path, content: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReportError, match=r"results\.json: no space left on device"):
        write_whole(path, b"new")

    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.json"]


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    """A file in the way is named, in one line."""
    (tmp_path / "out").write_text("a file")

    with pytest.raises(ReportError, match="choose another folder") as caught:
        write_run(one_of_each(), tmp_path / "out" / "reference")

    assert "\n" not in str(caught.value)


def test_a_folder_that_is_to_be_made_is_tried_without_making_it(tmp_path: Path) -> None:
    """A run that is refused for another reason leaves nothing there."""
    refuse_unwritable(tmp_path / "out" / "reference")

    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_found_before_the_run(tmp_path: Path) -> None:
    """In one line that names what was asked for."""
    (tmp_path / "out").write_text("a file")

    with pytest.raises(ReportError, match=r"out/reference: not a directory; choose another"):
        refuse_unwritable(tmp_path / "out" / "reference")


def test_a_load_test_has_a_page_of_its_own(tmp_path: Path) -> None:
    """The page is chosen by what the results hold."""
    page = write_run(make_load_results(), tmp_path)

    assert "The run over time" in page.read_text("utf-8")
    assert "The run over time" not in page_of(one_of_each())
