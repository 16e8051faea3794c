"""The page of two load tests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from reports.load_compare import Change, compare
from reports.load_compare_page import compare_page, in_order
from tests.reports.load_makers import make_figure, make_load_results
from tests.reports.makers import make_client, make_run
from tests.reports.page_reader import Page, read_page

if TYPE_CHECKING:
    from reports.results import Results


def page_of(first: Results, second: Results) -> Page:
    return read_page(compare_page(compare(first, second)))


def test_both_runs_are_named_and_their_curves_drawn() -> None:
    """With client, date and seed; the second run's lines say so."""
    client = make_client(spec="cmd:node <b>.mjs")
    second = replace(make_load_results(8), client=client, run=make_run(seed=8))
    html = compare_page(compare(make_load_results(), second))
    page = read_page(html)

    assert "cmd:node <b>.mjs" in page.text
    assert "The seeds differ" in page.text
    assert "Calls answered (A)" in page.inlined
    assert "Calls answered (B)" in page.inlined
    data = html.partition('id="page-charts-data">')[2].partition("</script>")[0]
    assert json.loads(data)["doc"]


def test_what_became_worse_stands_first() -> None:
    """Then what became better; noise last."""
    first = make_load_results(figures=[make_figure("same"), make_figure("up"), make_figure("down")])
    second = make_load_results(
        figures=[
            make_figure("same"),
            make_figure("up", value=0.99, low=0.98, high=1),
            make_figure("down", value=0.1, low=0, high=0.2),
        ]
    )
    comparison = compare(first, second)

    assert [one.change for one in in_order(comparison)] == [
        Change.WORSE,
        Change.BETTER,
        Change.SAME,
    ]
    assert "-77.1 points" in read_page(compare_page(comparison)).text


def test_rows_and_a_control_that_changed_are_told() -> None:
    """A reader has to know that the machine was another before he believes a difference."""
    first = make_load_results()
    second = replace(
        make_load_results(figures=[make_figure(lane="control", value=0.2, low=0.1, high=0.3)]),
        rows=[row for row in first.rows if row.id != "LOAD-004"],
    )
    text = page_of(first, second).text

    assert "not judged" in text
    assert "The control, which is the same client in both runs, changed too" in text


def test_a_run_beside_itself_has_nothing_to_tell() -> None:
    """And no network is needed to say so."""
    page = page_of(make_load_results(), make_load_results())

    assert "No figure changed beyond noise." in page.text
    assert "src" not in {name for _, name, _ in page.attributes}
    assert "The seeds differ" not in page.text
