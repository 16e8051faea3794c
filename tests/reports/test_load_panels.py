"""What the charts of a load test show."""

from __future__ import annotations

import math

from reports.load import Series
from reports.load_panels import Line, end_of, panels_of, panels_of_two, phase_at
from tests.reports.load_makers import TIMES_S, make_load


def flat(name: str, lane: str = "client", value: float | None = 1.0) -> Series:
    return Series(name, name, "calls/s", lane, [value] * len(TIMES_S))


def line(*values: float | None, joined: bool = False) -> Line:
    return Line("line", "s", 0.5, values, "#000000", joined=joined)


def test_what_belongs_together_stands_together() -> None:
    """Six panels, from what was asked of the client to what it needed for that."""
    panels = panels_of(make_load())

    assert [panel.title for panel in panels] == [
        "Calls and requests",
        "Calls that failed, by kind",
        "Delays",
        "In flight, in the queue, at work",
        "Spend",
        "The client's process",
    ]
    assert [one.label for one in panels[2].lines if not one.dashed] == [
        "Delay p50",
        "Delay p95",
        "Delay p99",
        "Time to first token p95",
    ]
    assert [panel.log for panel in panels] == [False, False, True, False, False, False]


def test_the_control_is_dashed_and_says_so() -> None:
    """Colour alone tells nobody which lane it is."""
    rates, *_ = panels_of(make_load())

    assert [one.label for one in rates.lines if one.dashed] == [
        "Requests on the wire (control)",
        "Calls answered (control)",
    ]


def test_a_panel_without_data_is_left_out() -> None:
    """Also one whose lines have no value at all."""
    load = make_load(series=[flat("goodput"), flat("queue", value=None)])

    assert [panel.title for panel in panels_of(load)] == ["Calls and requests"]
    assert panels_of(make_load(series=[])) == ()


def test_kinds_of_errors_stand_on_each_other_and_the_control_has_its_total() -> None:
    """What the control suffered is one line behind them."""
    load = make_load(
        series=[
            flat("error.timeout"),
            flat("error.unavailable"),
            flat("error.a", "control", 2),
            flat("error.b", "control", 3),
        ]
    )
    (errors,) = panels_of(load)

    assert [one.label for one in errors.stack] == ["error.timeout", "error.unavailable"]
    (total,) = errors.lines
    assert total.dashed
    assert set(total.values) == {5}


def test_open_files_have_an_axis_of_their_own() -> None:
    """Files are no megabytes."""
    process = panels_of(make_load())[-1]

    assert [(one.label, one.right) for one in process.lines] == [
        ("Memory of the client", False),
        ("Open files of the client", True),
    ]


def test_two_runs_are_solid_and_dashed() -> None:
    """Each name says whose line it is; errors are one line each."""
    panels = panels_of_two(make_load(1), make_load(2), ("A", "B"))
    rates, errors = panels[:2]

    assert [(one.label, one.dashed) for one in rates.lines] == [
        ("Calls due (A)", False),
        ("Requests on the wire (A)", False),
        ("Calls answered (A)", False),
        ("Calls due (B)", True),
        ("Requests on the wire (B)", True),
        ("Calls answered (B)", True),
    ]
    assert [one.label for one in errors.every] == [
        "Calls that failed (A)",
        "Calls that failed (B)",
    ]


def test_a_point_stands_in_the_middle_of_its_piece_of_time() -> None:
    """A rate is of a whole piece; where there is none the line has a gap."""
    x, y = line(1, None, 3).points()

    assert x == [0.25, 0.75, 1.25]
    assert (y[0], y[2]) == (1, 3)
    assert math.isnan(y[1])


def test_what_is_sampled_goes_on_between_samples() -> None:
    """Memory does not vanish because nobody looked."""
    sampled = line(1, None, 3, joined=True)

    assert sampled.points() == ([0.25, 1.25], [1, 3])
    assert [sampled.at(at_s) for at_s in (0.1, 0.6, 1.1, 9.0)] == [1, 1, 3, None]
    assert line(1, None, 3).at(0.6) is None


def test_the_phase_of_a_moment_is_named() -> None:
    """After the last one calls still end: that is no phase."""
    load = make_load()

    assert [phase_at(load, at_s) for at_s in (0, 14.9, 15, 60, -1)] == [
        "warm",
        "before",
        "gone",
        "",
        "",
    ]


def test_the_axis_ends_with_the_last_thing_to_show() -> None:
    """Of the longer of two runs."""
    short = make_load(times_s=[0.0], series=[], spans=[])

    assert end_of([short]) == 1
    assert end_of([short, make_load()]) == 60
