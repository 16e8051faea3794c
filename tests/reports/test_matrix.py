"""The page of several clients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.document import ReportError
from reports.matrix import matrix_page, read_entries
from reports.results import Verdict
from reports.text import visible
from reports.words import VERDICT_WORDS
from reports.writing import write_run
from tests.reports.makers import make_client, make_results, make_row, one_of_each
from tests.reports.page_reader import read_page

if TYPE_CHECKING:
    from pathlib import Path


def test_every_cell_leads_to_its_proof() -> None:
    """A chip links to the row's section on the page of its client; the reason stands beside it."""
    results = one_of_each()
    page = read_page(matrix_page([("reference", results), ("pawa sdk", results)]))

    for row in results.rows:
        assert f"reference/index.html#{row.id}" in page.values("href")
        assert f"pawa%20sdk/index.html#{row.id}" in page.values("href")
        if row.verdict is not Verdict.PASS:
            assert page.text.count(row.reason) >= 2
    assert "reason of pass" in page.values("title")
    assert "reason of pass" not in page.text


def test_the_legend_explains_every_verdict() -> None:
    """A reader needs no other page to understand a word."""
    text = read_page(matrix_page([("reference", one_of_each())])).text

    assert all(word.meaning in text for word in VERDICT_WORDS.values())


def test_a_row_that_a_client_did_not_run_is_called_so() -> None:
    """Clients judged on different rows share one table, in one order, grouped."""
    page = read_page(
        matrix_page(
            [
                ("a", make_results(make_row(id="SSE-002"), make_row(id="RETRY-001"))),
                ("b", make_results(make_row(id="SSE-010"))),
            ]
        )
    )
    rows = re.findall(r"(?:RETRY|SSE)-\d+", page.text)

    assert rows == ["RETRY-001", "SSE-002", "SSE-010"]
    assert page.text.count("not run") == 3
    assert page.values("data-heads") == ["RETRY", "SSE"]


def test_each_client_has_a_head_with_counts_and_a_sentence() -> None:
    """Version, counts and headline stand above the table."""
    page = read_page(matrix_page([("reference", one_of_each())]))

    assert "reference 0.1.0, python" in page.text
    assert "2 binding promises were broken." in page.text
    assert "reference/index.html" in page.values("href")


def test_no_client_at_all_is_still_a_page() -> None:
    """An empty matrix says that it is empty."""
    assert "No client was judged." in read_page(matrix_page([])).text


@given(st.text(st.characters(), min_size=1, max_size=40))
@settings(max_examples=25)
def test_foreign_text_stays_text(text: str) -> None:
    """Names, reasons and promises are on the page, intact, and never become markup."""

    def page_with(word: str) -> str:
        row = make_row(id=word, group=word, reason=word, right=word, verdict=Verdict.FAIL)
        client = make_client(name=word, version=word, language=word)
        # A folder with a lone surrogate cannot be linked to; files of that name do not exist here.
        folder = word.encode("utf-8", "replace").decode()
        return matrix_page([(folder, make_results(row, client=client))])

    page, harmless = read_page(page_with(text)), read_page(page_with("harmless"))

    assert visible(text) in page.text
    assert page.tags == harmless.tags


def test_runs_are_read_from_their_folders(tmp_path: Path) -> None:
    """Each folder with a results.json is a client; others are passed over."""
    write_run(one_of_each(), tmp_path / "reference")
    write_run(one_of_each(), tmp_path / "another")
    (tmp_path / "empty").mkdir()

    assert [name for name, _ in read_entries(tmp_path)] == ["another", "reference"]


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    """The error names the folder and what to do."""
    with pytest.raises(ReportError, match=r"no folder in it has a results\.json"):
        read_entries(tmp_path)
    with pytest.raises(ReportError, match="no such folder"):
        read_entries(tmp_path / "nowhere")
