"""Every figure that there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from loadtests.judging.figures import FIGURES, figures_of
from reports.load import BETTER
from scenarios.catalogue.rows import load_rows
from tests.loadtests.judging.runs import Run

if TYPE_CHECKING:
    from loadtests.judging.figure import FigureKind

KINDS = tuple(FIGURES.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_figure_explains_itself(kind: FigureKind) -> None:
    """What it tells, and why its usual target is what it is; rows that it cites exist."""
    cited = set(re.findall(r"\b[A-Z]+-\d{3}\b", kind.default_why))

    assert kind.meaning.endswith(".")
    assert kind.default_why.endswith(".")
    assert kind.unit
    assert kind.better in BETTER
    assert {row for row in cited if not row.startswith("RUN-")} <= load_rows().keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_of_an_empty_run_there_is_nothing_to_measure(kind: FigureKind) -> None:
    """And nothing breaks."""
    assert kind.measure(Run().lane_case()).value is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_value_lies_within_its_bounds(kind: FigureKind) -> None:
    """Where it has any."""
    run = Run(("steady", 60.0), ("fault", 5.0), ("recovery", 20.0), mix={"chat": 1, "stream": 1})
    for arrival in run.due():
        failing = arrival.phase == 1
        run.client.call(
            arrival, "timeout" if failing else "ok", tries=2, took_s=0.1 + arrival.index / 1000
        )
    found = kind.measure(run.lane_case())

    assert found.value is None or found.low is None or found.low <= found.value
    assert found.value is None or found.high is None or found.value <= found.high


def test_the_figures_of_a_run_are_those_that_have_a_value() -> None:
    """Of both lanes, each once."""
    figures = figures_of(Run(("steady", 2.0), control=True).all_well().case())
    names = [(figure.lane, figure.name) for figure in figures]

    assert len(names) == len(set(names))
    assert ("client", "success_share") in names
    assert ("control", "success_share") in names
    assert ("client", "rss_peak_mb") not in names


def test_what_never_came_to_be_is_told_without_a_number() -> None:
    """A service that never recovered has an infinite time; the words stay."""
    run = Run(("fault", 2.0), ("recovery", 5.0))
    for arrival in run.due():
        run.client.call(arrival, "timeout")
    found = {figure.name: figure for figure in figures_of(run.case())}["time_to_recover_s"]

    assert found.value is None
    assert found.detail.startswith("never: ")


def test_there_is_no_figure_of_what_a_client_does_not_claim() -> None:
    """A share of hits of nought would look like a cache that fails."""
    run = Run(("steady", 2.0), control=True, repeats={"prompts": 3}).all_well()
    silent = {figure.name for figure in figures_of(run.case())}
    run.client.claims("cache")
    claiming = [figure.lane for figure in figures_of(run.case()) if "cache" in figure.name]

    assert "cache_hit_share" not in silent
    assert claiming == ["client"]
