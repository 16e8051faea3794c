"""What became of a load test's figures from one run to another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.document import ReportError
from reports.load_compare import Change, change_of, compare, difference_text
from reports.results import Verdict
from tests.reports.load_makers import make_figure, make_load_results
from tests.reports.makers import make_results, make_row, make_run

if TYPE_CHECKING:
    from reports.load import Figure

OPPOSITE = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER}


def figure(value: float | None, low: float | None, high: float | None, **changes: Any) -> Figure:
    fields = {"unit": "requests/call", "better": "lower"} | changes
    return make_figure(value=value, low=low, high=high, **fields)


@pytest.mark.parametrize(
    ("second", "change"),
    [
        ((2.0, 1.9, 2.1), Change.WORSE),
        ((0.5, 0.4, 0.6), Change.BETTER),
        ((1.15, 1.05, 1.25), Change.SAME),
        ((1.1, 1.1, 1.2), Change.SAME),
    ],
)
def test_bounds_that_do_not_meet_are_a_change(
    second: tuple[float, float, float], change: Change
) -> None:
    """Where they meet, if only at one end, the difference is noise."""
    assert change_of(figure(1.0, 0.9, 1.1), figure(*second))[0] is change


def test_more_is_better_where_the_figure_says_so() -> None:
    """A share of answered calls is no delay."""
    first, second = (figure(v, v, v, better="higher") for v in (0.5, 0.9))

    assert change_of(first, second)[0] is Change.BETTER
    assert change_of(second, first)[0] is Change.WORSE


def test_one_bound_is_enough_where_it_is_the_one_between_them() -> None:
    """A p99 of few calls has no upper bound; a lower one above the other's upper one decides."""
    assert change_of(figure(1.0, None, 1.1), figure(2.0, 1.9, None))[0] is Change.WORSE


def test_without_the_bound_between_them_a_large_difference_proves_nothing() -> None:
    """A small one is still noise."""
    assert change_of(figure(1.0, 0.9, None), figure(3.0, 2.0, None))[0] is Change.NOT_COMPARABLE
    assert change_of(figure(1.0, 0.9, None), figure(1.1, 1.0, None))[0] is Change.SAME


@pytest.mark.parametrize(
    ("unit", "first", "second", "change"),
    [
        ("calls", 100, 119, Change.SAME),
        ("calls", 100, 130, Change.WORSE),
        ("calls", 0, 1, Change.WORSE),
        ("s", 0.0, 0.25, Change.SAME),
        ("s", 1.0, 2.0, Change.WORSE),
        ("MB", 0.2, 0.9, Change.SAME),
    ],
)
def test_figures_without_bounds_may_differ_by_a_fifth(
    unit: str, first: float, second: float, change: Change
) -> None:
    """And by a piece of time, or what an allocator takes at once; one hung call is one."""
    found, _ = change_of(
        figure(first, None, None, unit=unit), figure(second, None, None, unit=unit)
    )

    assert found is change


def test_times_with_narrow_bounds_have_to_differ_by_more_than_a_machine_does() -> None:
    """A quarter of a millisecond between two medians says nothing about a client."""
    first = figure(0.0540, 0.0539, 0.0541, unit="s")

    assert change_of(first, figure(0.0543, 0.0542, 0.0544, unit="s"))[0] is Change.SAME
    assert change_of(first, figure(0.0640, 0.0639, 0.0641, unit="s"))[0] is Change.WORSE


@pytest.mark.parametrize(
    "second",
    [None, figure(None, None, None), figure(9, None, None, unit="s")],
    ids=["no figure", "no value", "another unit"],
)
def test_what_a_run_did_not_measure_is_not_comparable(second: Figure | None) -> None:
    """Nothing is made up in its place."""
    assert change_of(figure(1, None, None), second)[0] is Change.NOT_COMPARABLE


def test_where_neither_way_is_better_a_difference_is_not_judged() -> None:
    """It is told all the same."""
    pair = figure(1, None, None, better=""), figure(9, None, None, better="")

    assert change_of(*pair)[0] is Change.NOT_COMPARABLE


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    low, value, high = sorted(draw(st.tuples(*[st.floats(0, 1000)] * 3)))
    return figure(
        draw(st.sampled_from([None, value])),
        draw(st.sampled_from([None, low])),
        draw(st.sampled_from([None, high])),
    )


@given(figures(), figures())
def test_the_other_way_round_better_is_worse(first: Figure, second: Figure) -> None:
    """And what is noise, or not comparable, is so both ways."""
    there, back = change_of(first, second)[0], change_of(second, first)[0]

    assert back is OPPOSITE.get(there, there)


def test_a_run_is_the_same_as_itself() -> None:
    """No figure, no row, nothing of the control."""
    comparison = compare(make_load_results(), make_load_results())

    assert comparison.having(Change.BETTER) == comparison.having(Change.WORSE) == ()
    assert (comparison.rows, comparison.control) == ((), ())
    assert comparison.headline == "No figure changed beyond noise."


def test_the_headline_counts_what_changed() -> None:
    """From the first run to the second."""
    first = make_load_results(figures=[figure(1, None, None), make_figure("x", better="lower")])
    second = make_load_results(
        figures=[figure(9, None, None), make_figure("x", value=0.1, low=0, high=0.2)]
    )

    assert compare(first, second).headline == "From A to B 1 figure is better and 1 worse."


def test_differences_have_a_sign_and_shares_are_in_points() -> None:
    """Two per cent more of a share is not two points more."""
    fewer: dict[str, Any] = {"low": None, "high": None, "unit": "requests/call"}
    first = [make_figure(value=0.5), make_figure("a", value=3, **fewer)]
    second = [make_figure(value=0.55), make_figure("a", value=1, **fewer)]
    runs = make_load_results(figures=first), make_load_results(figures=second)
    told = [difference_text(one) for one in compare(*runs).figures]

    assert told == ["+5 points", "-2 requests/call"]


def test_rows_whose_verdict_changed_are_named() -> None:
    """Also one that only one of the runs judged."""
    first = make_load_results()
    changed = [replace(first.row("LOAD-004"), verdict=Verdict.PASS, reason="Back in time.")]
    kept = [row for row in first.rows if row.id not in ("LOAD-004", "RUN-001")]
    second = replace(first, rows=[*kept, *changed])
    rows = compare(first, second).rows

    assert [(row.id, row.first, row.second) for row in rows] == [
        ("LOAD-004", Verdict.FAIL, Verdict.PASS),
        ("RUN-001", Verdict.PASS, None),
    ]
    assert rows[0].reason == "Back in time."


def test_a_control_that_changed_is_told() -> None:
    """It is the same client in both runs, so the machine or the schedule was another."""
    worse = make_figure(lane="control", value=0.2, low=0.1, high=0.3)
    comparison = compare(make_load_results(), make_load_results(figures=[worse]))

    assert [one.name for one in comparison.control] == ["success_share"]


@pytest.mark.parametrize("changes", [{"profile": "brownout"}, {"quick": True}])
def test_another_profile_or_form_is_refused(changes: dict[str, Any]) -> None:
    """In one line that names both."""
    with pytest.raises(ReportError, match=r"^out/a is a run of 'outage' whole, out/b of ") as told:
        compare(make_load_results(), make_load_results(**changes), ("out/a", "out/b"))

    assert "\n" not in str(told.value)


def test_a_run_of_scenarios_is_refused() -> None:
    """It has no figures."""
    scenarios = make_results(make_row(), run=make_run())

    with pytest.raises(ReportError, match="B is no load test"):
        compare(make_load_results(), scenarios)
    with pytest.raises(ValueError, match="two load tests"):
        _ = replace(compare(make_load_results(), make_load_results()), first=scenarios).loads
