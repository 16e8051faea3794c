"""Whether the generator kept its schedule."""

from __future__ import annotations

import pytest

from loadtests.judging import pace
from reports.results import Verdict
from tests.loadtests.judging.runs import Run


def a_run(late_s: float, *, at_least_index: int = 0, rate: float = 20.0) -> Run:
    """Calls from a place in the schedule on are so late."""
    run = Run(("steady", 5.0), ("steady", 5.0, {"traffic": {"rate_per_s": 2 * rate}}), rate=rate)
    for arrival in run.due():
        run.client.call(arrival, late_s=late_s if arrival.index >= at_least_index else 0.001)
    return run


def test_a_generator_that_is_on_time_passes() -> None:
    """Its lag and the rate that it held stand in the checks."""
    judged = pace.judge(a_run(0.002).case())

    assert judged.verdict is Verdict.PASS
    assert {check.name: check.measured for check in judged.checks} == {
        "lag p99, whole run": pytest.approx(2.0),
        "lag p99, at the peak": pytest.approx(2.0),
        "rate that it held": 40,
        "lateness of the mock p99": 0,
    }


def test_a_generator_that_falls_behind_is_at_fault_and_names_what_it_can_hold() -> None:
    """The rate of the busiest second in which it kept up."""
    judged = pace.judge(a_run(0.2, at_least_index=100).case())

    assert judged.verdict is Verdict.HARNESS_FAULT
    assert "200 ms behind its schedule" in judged.reason
    assert "kept up to 20 calls/s" in judged.reason


def test_the_peak_is_judged_by_itself() -> None:
    """Fifteen late calls are few in the whole run, and many in its busiest second."""
    run = Run(("steady", 95.0), ("steady", 1.0, {"traffic": {"rate_per_s": 100.0}}), rate=20.0)
    for arrival in run.due():
        run.client.call(arrival, late_s=0.1 if 95.4 < arrival.at_s < 95.55 else 0.0)
    found = pace.pace_of(run.case())

    assert found is not None
    assert found.whole_ms < pace.LIMIT_MS < found.peak_ms
    assert (found.kept, found.peak_per_s, found.held_per_s) == (False, 100, 20)


def test_both_lanes_count() -> None:
    """A control that is made late is late traffic too."""
    run = Run(("steady", 5.0), control=True)
    for arrival in run.due():
        run.client.call(arrival)
        run.control.call(arrival, late_s=0.3)

    assert pace.judge(run.case()).verdict is Verdict.HARNESS_FAULT


def test_a_generator_that_held_no_rate_says_so() -> None:
    """Not even the quietest second was on time."""
    judged = pace.judge(a_run(1.0).case())

    assert "could not keep any rate" in judged.reason


def test_a_run_without_a_call_proves_nothing() -> None:
    """No call, no pace."""
    assert pace.pace_of(Run().case()) is None
    assert pace.judge(Run().case()).verdict is Verdict.HARNESS_FAULT


def test_nothing_spoils_a_run_that_went_as_planned() -> None:
    """Whatever the client did in it."""
    case = a_run(0.0).case()

    assert pace.spoilt(case, pace.pace_of(case)) is None


def test_lost_workers_and_lost_records_spoil_a_run() -> None:
    """Calls that nobody made and requests that nobody noted are not the client's."""
    lost_worker, lost_records, late_mock = a_run(0.0), a_run(0.0), a_run(0.0)
    lost_worker.seen.workers_lost = ("worker-2",)
    lost_records.client.seen.attempts_lost = 7
    late_mock.seen.noise_p99_s = 0.08
    told = [
        pace.spoilt(run.case(), pace.pace_of(run.case()))
        for run in (lost_worker, lost_records, late_mock)
    ]

    assert told[0] == "1 of its workers were lost with their calls (worker-2)"
    assert told[1] == "7 requests came faster than they could be noted"
    assert told[2] is not None
    assert told[2].startswith("the mock itself was 80 ms late at p99")
    assert pace.judge(lost_worker.case()).verdict is Verdict.HARNESS_FAULT
