"""LOAD-004: whether retries hold a server down that could be well again."""

from __future__ import annotations

import pytest

from loadtests.judging.rows.freeze import SETTLE_S
from reports.results import Verdict
from tests.loadtests.judging.rows.told import judge, missed, proves_nothing
from tests.loadtests.judging.runs import LaneRun, Run

FREEZE_S = 3.0
READ_FROM_S = 2.0 + FREEZE_S + 3 * FREEZE_S


def freeze(*, control: bool = True) -> Run:
    """Two seconds well, three frozen, fourteen after it."""
    run = Run(("steady", 2.0), ("fault", FREEZE_S), ("recovery", 14.0), rate=20.0, control=control)
    for arrival in run.due("steady"):
        for lane in run.lanes:
            lane.call(arrival)
    if control:
        lives(run, run.control)
    return run


def lives(run: Run, lane: LaneRun, *, frozen: str = "timeout", later: float = 1.0) -> Run:
    """The calls of the freeze end so; of those after it that share is answered."""
    for arrival in run.due("fault"):
        lane.call(arrival, frozen, took_s=1.0)
    for number, arrival in enumerate(run.due("recovery")):
        good = number % 10 < 10 * later
        lane.call(arrival, "ok" if good else "timeout", tries=1 if good else 3, took_s=1.0)
    return run


def test_goodput_that_is_back_passes() -> None:
    """Of both lanes."""
    run = freeze()

    judged = judge(lives(run, run.client), "LOAD-004")

    assert judged.verdict is Verdict.PASS
    assert "control" in judged.checks[0].detail


def test_goodput_that_stays_down_fails() -> None:
    """The control is back, so it is the client's own load; the calls show their attempts."""
    run = freeze()

    judged = judge(lives(run, run.client, later=0.0), "LOAD-004")

    assert missed(judged) == {"goodput after the freeze"}
    assert "3 requests for each" in judged.reason
    assert {len(call.attempts) for call in judged.calls} == {3}
    assert min(call.start_s for call in judged.calls) >= READ_FROM_S


def test_an_answer_after_the_traffic_says_nothing() -> None:
    """The storm ends by itself when nobody asks any more."""
    run = freeze()
    for arrival in run.due("fault"):
        run.client.call(arrival, "timeout")
    for arrival in run.due("recovery"):
        run.client.call(arrival, took_s=run.schedule.end_s - arrival.at_s + 0.5)

    assert missed(judge(run, "LOAD-004")) == {"goodput after the freeze"}


def test_the_last_calls_are_not_read() -> None:
    """They had no time to be answered while the traffic went on."""
    run = freeze()
    for arrival in run.due("fault"):
        run.client.call(arrival, "timeout")
    for arrival in run.due("recovery"):
        settled = arrival.at_s < run.schedule.end_s - SETTLE_S
        run.client.call(arrival, "ok" if settled else "timeout")

    assert judge(run, "LOAD-004").verdict is Verdict.PASS


def test_a_control_that_stays_down_proves_nothing() -> None:
    """The server is too small for anybody."""
    run = Run(("steady", 2.0), ("fault", FREEZE_S), ("recovery", 14.0), rate=20.0, control=True)
    for lane in run.lanes:
        for arrival in run.due("steady"):
            lane.call(arrival)
        lives(run, lane, later=0.5)

    assert proves_nothing(judge(run, "LOAD-004"), "stayed down too")


def test_a_freeze_that_does_no_harm_proves_nothing() -> None:
    """The control got its answers."""
    run = Run(("steady", 2.0), ("fault", FREEZE_S), ("recovery", 14.0), rate=20.0, control=True)

    assert proves_nothing(judge(run.all_well(), "LOAD-004"), "did no harm")


def test_a_recovery_too_short_to_read_proves_nothing() -> None:
    """It has to be longer than three times the freeze."""
    run = Run(("steady", 2.0), ("fault", 4.0), ("recovery", 13.0), rate=20.0)

    assert proves_nothing(judge(run.all_well(), "LOAD-004"), "3 times the freeze")


@pytest.mark.parametrize("later", [0.0, 1.0])
def test_without_a_control_it_is_judged_all_the_same(later: float) -> None:
    """``--no-control`` gives up what stands beside."""
    run = freeze(control=False)

    judged = judge(lives(run, run.client, later=later), "LOAD-004")

    assert judged.verdict is (Verdict.PASS if later else Verdict.FAIL)


def test_who_never_answers_fails_before_the_freeze() -> None:
    """Refusing everything is no recovery."""
    run = freeze()
    run.client.seen.calls.clear()
    for arrival in run.due():
        run.client.told(arrival, "circuit_open")

    assert "control: success before the fault" in missed(judge(run, "LOAD-004"))
