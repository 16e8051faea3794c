"""A load test's figures as people read them."""

from __future__ import annotations

import pytest

from reports.load_figures import (
    MAIN,
    NOTHING,
    amount,
    bounds_text,
    counts_of_lanes,
    figure_lines,
    figure_text,
)
from tests.reports.load_makers import make_figure, make_load


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.871, "share", "87.1 %"),
        (1.0, "share", "100 %"),
        (0.0541, "s", "54 ms"),
        (1.63, "requests/call", "1.63 requests/call"),
        (400, "calls", "400 calls"),
        (38.519, "units", "38.52 units"),
        (0.000012, "units", "1.2e-05 units"),
        (None, "s", NOTHING),
    ],
)
def test_a_figure_is_told_with_its_unit(value: float | None, unit: str, text: str) -> None:
    """Shares in per cent, times in what suits them, and nothing is a dash."""
    assert amount(value, unit) == text
    assert figure_text(make_figure(value=value, unit=unit)) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.852, 0.889, "85.2 to 88.9 %"),
        (0.852, None, "85.2 % or more"),
        (None, 0.889, "88.9 % or less"),
        (None, None, ""),
        (1.0, 1.0, "100 %"),
    ],
)
def test_one_bound_alone_is_told_as_such(low: float | None, high: float | None, text: str) -> None:
    """A p99 of few calls has no upper bound."""
    assert bounds_text(make_figure(low=low, high=high)) == text


def test_what_is_not_there_is_a_dash_without_bounds() -> None:
    """The control has no figure for what it does not do."""
    assert figure_text(None) == NOTHING
    assert bounds_text(None) == bounds_text(make_figure(value=None)) == ""


def test_the_client_stands_beside_the_control() -> None:
    """A line for each figure, in the order of the document."""
    lines = figure_lines(make_load())
    first, *_ = lines

    assert [line.name for line in lines][:2] == ["success_share", "amplification"]
    assert (figure_text(first.client), figure_text(first.control)) == ("87.1 %", "82.9 %")
    assert next(line for line in lines if line.name == "rss_peak_mb").control is None


def test_only_wanted_figures_are_told() -> None:
    """A terminal shows the main ones."""
    assert "rss_peak_mb" not in [line.name for line in figure_lines(make_load(), MAIN)]


def test_counts_of_both_lanes_stand_side_by_side() -> None:
    """Those of the control begin with its name."""
    counts = {"attempts_told": 3, "control.attempts_told": 2, "control.late": 1}

    assert counts_of_lanes(counts) == (("attempts told", 3, 2), ("late", None, 1))
