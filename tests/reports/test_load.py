"""The part of a results document that only a load test has."""

from __future__ import annotations

import pytest

from reports.load import Series
from tests.reports.load_makers import make_figure, make_load


def test_every_series_has_a_value_for_each_bucket() -> None:
    """A line that is too short would be drawn at the wrong times, so it is refused by name."""
    short = Series("goodput", "goodput", "per s", "client", [1.0])

    with pytest.raises(ValueError, match="series goodput: a value for each of times_s is needed"):
        make_load(series=[short])


def test_a_number_without_end_is_no_value() -> None:
    """JSON and charts have no word for infinities and NaN."""
    line = Series("delay.p95", "p95", "s", "client", [1, float("nan"), float("inf")])

    assert line.values == (1, None, None)
    assert make_figure(value=float("inf")).value is None


def test_figures_and_series_are_found_by_name_and_lane() -> None:
    """The client's where no lane is named; None for what the run does not have."""
    load = make_load()
    control = load.figure("delay_p95_s", "control")
    goodput = load.line("goodput", "control")

    assert control is not None
    assert control.value == 0.21
    assert goodput is not None
    assert goodput.lane == "control"
    assert load.line("goodput") != goodput
    assert load.figure("nothing") is None
    assert load.line("nothing") is None
