"""LOAD-007: a server that gets ten times slower."""

from __future__ import annotations

import pytest

from loadtests.judging.rows.pressure import most_at_once
from loadtests.judging.rows.proof import Stretch
from reports.results import Verdict
from tests.loadtests.judging.rows.told import judge, missed, proves_nothing
from tests.loadtests.judging.runs import LaneRun, Run

LIMIT = 10
NO_PLACE = "queue_full"


def slow(*, control: bool = True, rate: float = 20.0) -> Run:
    """Five seconds at a tenth of a second an answer, then ten at a second."""
    run = Run(("steady", 5.0), ("fault", 10.0), rate=rate, control=control)
    run.client.claims("concurrency_limit", max_concurrency=100)
    run.client.seen.settings = {"max_concurrency": LIMIT}
    if control:
        answers(run, run.control)
    return run


def answers(run: Run, lane: LaneRun, *, of_two: int = 2, other: str = NO_PLACE) -> Run:
    """Every call is answered, or in the slow phase only every second one; the others end so."""
    for arrival in run.due("steady"):
        lane.call(arrival)
        lane.process(arrival.at_s)
    for number, arrival in enumerate(run.due("fault")):
        if number % 2 < of_two:
            lane.call(arrival, took_s=2.0, attempt={"server": "primary"})
        else:
            lane.told(arrival, other, attempts=0)
    return run


def test_a_client_that_keeps_its_limit_passes() -> None:
    """It sends every second call, refuses the others, and its memory stays where it was."""
    run = slow()
    answers(run, run.client, of_two=1)
    run.client.process(14.0, rss_mb=149.0)

    judged = judge(run, "LOAD-007")

    assert judged.verdict is Verdict.PASS
    assert judged.checks[0].measured == LIMIT
    assert "control, which never retries: 20" in judged.checks[0].detail


def test_more_at_once_than_the_limit_fails() -> None:
    """As many as the traffic brings."""
    run = slow()

    assert missed(judge(answers(run, run.client), "LOAD-007")) == {"requests in flight"}


def test_each_instance_has_its_limit() -> None:
    """Two processes of the client may have twice as many open."""
    run = slow()
    run.client.seen.instances = 2
    answers(run, run.client)

    assert proves_nothing(judge(run, "LOAD-007"), "the limit is 20")


def test_memory_that_grows_with_the_queue_fails() -> None:
    """By 100 MB and more."""
    run = slow()
    answers(run, run.client, of_two=1)
    run.client.process(14.0, rss_mb=151.0)

    assert missed(judge(run, "LOAD-007")) == {"growth of memory"}


@pytest.mark.parametrize("ending", ["hung", "internal", "crashed", "running"])
def test_calls_without_a_typed_end_fail(ending: str) -> None:
    """A caller has to know, by name."""
    run = slow()

    judged = judge(answers(run, run.client, of_two=1, other=ending), "LOAD-007")

    assert missed(judged) == {"calls without a typed end"}
    assert {call.outcome for call in judged.calls} == {ending}


def test_who_promises_no_limit_is_judged_by_memory_and_endings() -> None:
    """Twenty at once are then no failure."""
    run = slow()
    run.client.claims("retry")

    judged = judge(answers(run, run.client), "LOAD-007")

    assert judged.verdict is Verdict.PASS
    assert "requests in flight" not in {check.name for check in judged.checks}


def test_processes_that_cannot_be_seen_are_not_judged() -> None:
    """An application elsewhere; the wire is enough for the rest."""
    run = slow()
    answers(run, run.client, of_two=1)
    run.client.seen.processes.clear()

    names = {check.name for check in judge(run, "LOAD-007").checks}

    assert "growth of memory" not in names
    assert "requests in flight" in names


def test_a_server_that_was_not_slow_proves_nothing() -> None:
    """A tenth of a second all the time."""
    run = Run(("steady", 5.0), ("fault", 10.0), rate=20.0).all_well()

    assert proves_nothing(judge(run, "LOAD-007"), "not slow")


def test_traffic_below_the_limit_proves_nothing() -> None:
    """Six a second at a second each are never more than ten at once, whoever makes them."""
    run = slow(rate=6.0)

    assert proves_nothing(judge(answers(run, run.client), "LOAD-007"), "slow the server down")


def test_requests_that_touch_are_not_two_at_once() -> None:
    """The first was over for its client when the second began."""
    run = Run(("steady", 5.0), rate=1.0)
    run.client.attempt(None, 1.0, took_s=0.5)
    run.client.attempt(None, 1.49, took_s=0.5)
    run.client.attempt(None, 1.60, took_s=0.5)
    run.client.attempt(None, 3.0, last_out_s=None, ended_s=None)

    assert most_at_once(run.lane_case(), Stretch(0.0, 5.0)) == 2
