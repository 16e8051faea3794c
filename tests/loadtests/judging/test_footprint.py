"""What is held meanwhile."""

from __future__ import annotations

import pytest

from loadtests.judging.figures import FIGURES
from tests.loadtests.judging.runs import Run


def value(name: str, run: Run) -> float | None:
    return FIGURES[name].measure(run.lane_case()).value


def test_growth_is_between_the_two_ends_of_the_run() -> None:
    """A peak in the middle that goes again is a peak, and no growth; a warm-up is neither."""
    run = Run(("warm", 10.0), ("steady", 100.0))
    for second in range(110):
        busy = 60 <= second < 70
        grown = second / 10
        files = 40 if busy else 10 + second // 100
        run.client.process(second, rss_mb=500 if busy else 50 + grown, open_files=files)

    assert value("rss_peak_mb", run) == 500
    assert value("rss_growth_mb", run) == pytest.approx(9.0)
    assert value("open_files_growth", run) == 1


def test_a_client_without_processes_has_no_memory_of_its_own() -> None:
    """``raw`` lives within the generator, an application where nobody looks."""
    run = Run().all_well()

    assert [value(name, run) for name in ("rss_peak_mb", "rss_growth_mb")] == [None, None]


def test_peaks_are_as_the_servers_saw_them() -> None:
    """A queue is there only where the capacity is limited."""
    run = Run(("steady", 1.0), rate=3.0)
    for arrival in run.due():
        run.client.call(arrival, attempt={"in_flight": 5 + arrival.index})
    run.client.sample(0.1, queued=7, workers=4)
    unlimited = Run().all_well()
    unlimited.client.sample(0.1)

    assert value("in_flight_peak", run) == 7
    assert value("queue_peak", run) == 7
    assert value("queue_peak", unlimited) is None


def test_the_lag_is_how_late_calls_were_made() -> None:
    """In milliseconds, of all calls of the lane."""
    run = Run(("steady", 1.0), rate=10.0)
    for arrival in run.due():
        run.client.call(arrival, late_s=0.03 if arrival.index == 4 else 0.001)

    assert value("lag_p99_ms", run) == pytest.approx(30.0)
