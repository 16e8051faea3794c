"""A run over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.judging.series import buckets_of, series_of
from tests.loadtests.judging.runs import Run

if TYPE_CHECKING:
    from reports.load import Series


def lines_of(run: Run, *, quick: bool = False) -> dict[str, Series]:
    """The lines by name, those of the control with its name before them."""
    case = run.case(quick=quick)
    return {
        line.name if line.lane == "client" else f"control.{line.name}": line
        for line in series_of(case, buckets_of(case, quick=quick))
    }


def total(line: Series, step_s: float = 1.0) -> float:
    return sum(value or 0.0 for value in line.values) * step_s


def test_what_was_offered_is_told_once() -> None:
    """It is the same for both lanes; what became of it is not."""
    lines = lines_of(Run(("steady", 3.0), control=True).all_well())

    assert lines["offered"].values[:3] == (10.0, 10.0, 10.0)
    assert "control.offered" not in lines
    assert {"goodput", "control.goodput", "attempts", "control.attempts"} <= lines.keys()


@given(st.lists(st.sampled_from(["ok", "timeout", "server_error", "running"]), max_size=50))
def test_the_lines_add_up_to_the_counts(outcomes: list[str]) -> None:
    """Every call is offered once and ends in one line; every request arrives once."""
    run = Run(("steady", 5.0))
    for arrival, outcome in zip(run.due(), outcomes, strict=False):
        run.client.call(arrival, outcome, tries=2)
    lines = lines_of(run)
    ended = [line for name, line in lines.items() if name.startswith(("goodput", "error."))]
    wire = [line for name, line in lines.items() if name.startswith("wire.")]

    assert total(lines["offered"]) == pytest.approx(50)
    assert sum(map(total, ended)) == pytest.approx(len(outcomes) - outcomes.count("running"))
    assert total(lines["attempts"]) == pytest.approx(2 * len(outcomes))
    assert sum(map(total, wire)) == pytest.approx(2 * len(outcomes))


def test_answers_count_when_they_come() -> None:
    """Calls of the first second that take two are goodput of the third."""
    run = Run(("steady", 3.0))
    for arrival in run.due()[:10]:
        run.client.call(arrival, took_s=2.0)
    lines = lines_of(run)

    assert lines["goodput"].values == (0.0, 0.0, 10.0)
    assert lines["delay.p95"].values == (None, None, pytest.approx(2.0))


def test_the_axis_reaches_as_far_as_anything_happened() -> None:
    """Calls that end after the schedule are on it."""
    run = Run(("steady", 2.0))
    for arrival in run.due():
        run.client.call(arrival, took_s=4.0)
    lines = lines_of(run, quick=True)

    assert len(lines["goodput"].values) == 24
    assert total(lines["goodput"], 0.25) == pytest.approx(20)


def test_statuses_are_told_by_class() -> None:
    """200 and 429 by themselves; a request without an answer as such."""
    run = Run(("steady", 1.0), rate=5.0)
    for arrival, status in zip(run.due(), (200, 429, 503, 404, None), strict=True):
        run.client.attempt(arrival, arrival.at_s, status=status)
    run.client.attempt(None, 0.5, status=503, first_out_s=None, ending="rst")

    lines = lines_of(run)

    assert {name: total(line) for name, line in lines.items() if name.startswith("wire.")} == {
        "wire.200": 1,
        "wire.429": 1,
        "wire.4xx": 1,
        "wire.5xx": 1,
        "wire.none": 2,
    }


def test_the_first_token_of_streams_has_a_line() -> None:
    """Where there are streams."""
    run = Run(("steady", 1.0), rate=2.0, mix={"stream": 1.0})
    for arrival in run.due():
        run.client.call(arrival, took_s=0.2)

    assert list(lines_of(run)["first_token.p95"].values) == pytest.approx([0.1])
    assert "first_token.p95" not in lines_of(Run().all_well())


def test_servers_of_a_lane_are_taken_together() -> None:
    """The fullest moment of each piece; a queue only where the capacity is limited."""
    run = Run(("steady", 2.0))
    run.client.sample(0.1, in_flight=3, queued=0, spent_micro=1_000_000)
    run.client.sample(0.2, in_flight=5, queued=2, workers=4, at_work=4, spent_micro=2_000_000)
    run.client.sample(0.2, in_flight=1, server="backup", spent_micro=500_000)
    lines = lines_of(run)

    assert lines["in_flight"].values == (6.0, None)
    assert lines["queue"].values == (2.0, None)
    assert lines["at_work"].values == (4.0, None)
    assert lines["spend"].values == (2.5, 2.5)


def test_the_processes_of_the_client_have_lines() -> None:
    """Of a client that has any."""
    run = Run(("steady", 2.0))
    run.client.process(1.5, rss_mb=80.0, open_files=12)

    assert lines_of(run)["client.rss"].values == (None, 80.0)
    assert lines_of(run)["client.open_files"].values == (None, 12.0)
    assert "client.rss" not in lines_of(Run().all_well())


def test_a_run_that_was_cut_short_ends_there() -> None:
    """What was never due is no gap."""
    run = Run(("steady", 30.0))
    for arrival in run.due()[:20]:
        run.client.call(arrival)
    run.seen.cut_short, run.seen.cut_at_s = True, 2.5

    lines = lines_of(run)

    assert len(lines["offered"].values) == 3
    assert total(lines["offered"]) == 25
