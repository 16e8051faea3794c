"""What users got."""

from __future__ import annotations

import pytest

from loadtests.judging.figures import FIGURES
from tests.loadtests.judging.runs import Run


def value(name: str, run: Run) -> float | None:
    return FIGURES[name].measure(run.lane_case()).value


def test_success_is_the_share_of_calls_due_that_were_answered() -> None:
    """What went wrong with the others stands beside it, the most frequent first."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.due():
        kind = {0: "timeout", 1: "server_error", 2: "timeout"}.get(arrival.index, "ok")
        run.client.call(arrival, kind)

    found = FIGURES["success_share"].measure(run.lane_case())

    assert found.value == pytest.approx(17 / 20)
    assert found.detail == "2 timeout, 1 server_error"


def test_a_call_that_never_ended_is_no_success() -> None:
    """It was told as still running when the drain was over."""
    run = Run(("steady", 1.0), rate=2.0)
    run.client.call(run.schedule.arrivals[0])
    run.client.told(run.schedule.arrivals[1], "running")

    assert value("success_share", run) == 0.5


def test_goodput_is_answers_a_second_whatever_the_attempts() -> None:
    """Twenty calls in two seconds, half of them answered: five a second."""
    run = Run(("warm", 1.0), ("steady", 2.0), rate=10.0)
    for arrival in run.due():
        run.client.call(arrival, "ok" if arrival.index % 2 else "timeout", tries=4)

    found = FIGURES["goodput_per_s"].measure(run.lane_case())

    assert found.value == pytest.approx(5.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 5.0 < found.high < 10.0


def test_the_worst_tenant_is_named() -> None:
    """The share of all calls hides it."""
    run = Run(("steady", 2.0), tenants={"big": 10.0, "small": 1.0})
    for arrival in run.due():
        run.client.call(arrival, "ok" if arrival.tenant == "big" else "timeout")

    found = FIGURES["success_share_worst_tenant"].measure(run.lane_case())

    assert (found.value, found.detail) == (0.0, "the tenant 'small'")
    assert value("success_share", run) == pytest.approx(20 / 22)


def test_degraded_answers_are_counted_by_their_source() -> None:
    """A client that does not say whether an answer is degraded has no such figure."""
    run = Run(("steady", 1.0), rate=4.0)
    for arrival in run.due():
        fallen_back = arrival.index == 0
        source = "fallback_model" if fallen_back else "live"
        run.client.call(arrival, degraded=fallen_back, source=source)
    silent = Run(("steady", 1.0), rate=4.0)
    for arrival in silent.due():
        silent.client.call(arrival, degraded=None)

    found = FIGURES["degraded_share"].measure(run.lane_case())

    assert (found.value, found.detail) == (0.25, "1 fallback_model")
    assert value("degraded_share", silent) is None


def test_calls_that_hung_or_crashed_are_counted() -> None:
    """Nought is a finding too."""
    run = Run(("steady", 1.0), rate=3.0)
    for arrival, outcome in zip(run.due(), ("hung", "ok", "crashed"), strict=True):
        run.client.call(arrival, outcome)

    assert value("hung_calls", run) == 1
    assert value("crashed_calls", run) == 1
    assert value("hung_calls", Run().all_well()) == 0
