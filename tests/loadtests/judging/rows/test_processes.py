"""The client's processes over time, all workers together."""

from __future__ import annotations

from loadtests.judging.rows.processes import Total, totals
from tests.loadtests.judging.runs import Run


def test_all_workers_are_summed_with_what_each_said_last() -> None:
    """Nothing is told before all of them have spoken."""
    run = Run()
    run.client.process(1.0, rss_mb=50.0, open_files=10, worker=0)
    run.client.process(1.2, rss_mb=60.0, open_files=20, worker=1)
    run.client.process(2.0, rss_mb=52.0, open_files=11, worker=0)

    assert totals(run.client.seen.processes) == [Total(1.2, 110.0, 30), Total(2.0, 112.0, 31)]


def test_no_process_is_no_total() -> None:
    """An application elsewhere."""
    assert totals([]) == []
