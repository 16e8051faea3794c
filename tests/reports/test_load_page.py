"""The page of a load test."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from reports.document import ReportError
from reports.load_page import NO_BOKEH, load_page
from tests.reports.load_makers import make_load, make_load_results
from tests.reports.page_reader import Page, read_page

if TYPE_CHECKING:
    from reports.results import Results


def page_of(results: Results) -> str:
    assert results.load is not None
    return load_page(results, results.load)


@cache
def outage() -> str:
    return page_of(make_load_results())


def read(**changes: Any) -> Page:
    return read_page(page_of(make_load_results(**changes)))


def order(text: str, *words: str) -> list[int]:
    return [text.index(word) for word in words]


def test_what_was_missed_stands_before_the_figures_and_the_curves() -> None:
    """Then counts, what the page does not show, all rows and their proof."""
    text = read_page(outage()).text
    places = order(
        text,
        "1 binding promise was broken.",
        "Goodput was back after 18.5 s",
        "Success share",
        "The run over time",
        "Counts and files",
        "What this does not show",
        "All rows",
        "The proof of every verdict",
    )

    assert places == sorted(places)


def test_the_client_stands_beside_the_control_with_bounds_and_target() -> None:
    """Each figure with what the same schedule did to a client that never retries."""
    told = "".join(read_page(outage()).text.split())

    assert "Successshare87.1%85.2to88.9%82.9%80.8to84.9%" in told
    assert outage().count('href="#TARGET-success_5f_share"') >= 2


def test_the_command_that_makes_the_same_traffic_again_is_told() -> None:
    """With its profile, its form and its seed; for each row too."""
    command = "pawa-load run --profile outage --client reference --quick --seed 7"
    text = read(quick=True).text

    assert text.count(command) == 1 + len(make_load_results().rows)
    assert "--quick" not in read_page(outage()).text


def test_locusts_own_files_are_linked_and_nothing_else_is() -> None:
    """A name that leads out of the folder, or to another host, is no link."""
    files = {"page": "locust.html", "up": "../x.html", "far": "http://a.invalid/", "odd": "a:b"}
    page = read(files=files)

    assert [link for link in page.values("href") if not link.startswith("#")] == ["locust.html"]


def test_the_page_allows_its_own_scripts_and_no_other() -> None:
    """Bokeh's, the one that hands it the data, and the page's; nothing from the network."""
    page = read_page(outage())
    (policy,) = [value for value in page.values("content") if "default-src" in value]

    assert "default-src 'none'" in policy
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe" not in scripts
    assert len(re.findall(r"'sha256-[^']+'", scripts)) == 3
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    assert "src" not in {name for _, name, _ in page.attributes}


def test_foreign_words_are_text() -> None:
    """A profile's note and a client's words run nothing."""
    html = page_of(make_load_results(note="</script><script>alert(1)</script>"))

    assert "<script>alert" not in html


def test_the_same_rows_stand_on_it_as_on_every_page() -> None:
    """Anchors, evidence, checks."""
    page = read_page(outage())

    assert {"LOAD-004", "LOAD-001", "RUN-001"} <= set(page.values("id"))
    assert "time to recover" in page.text


def test_without_bokeh_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line; other pages do without it."""
    monkeypatch.delitem(sys.modules, "reports.load_charts", raising=False)
    monkeypatch.setitem(sys.modules, "bokeh", None)
    monkeypatch.setitem(sys.modules, "bokeh.embed", None)

    with pytest.raises(ReportError, match=r"pip install 'pawa-resilience\[load\]'") as caught:
        load_page(make_load_results(), make_load())
    assert str(caught.value) == NO_BOKEH


def test_bokeh_is_not_imported_before_such_a_page_is_made() -> None:
    """It takes longer than all the rest."""
    code = "import sys, reports.cli, reports.load_page; print('bokeh' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "False\n"
