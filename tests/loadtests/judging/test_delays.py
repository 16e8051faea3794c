"""How long users waited."""

from __future__ import annotations

from math import inf

import pytest

from loadtests.judging.delays import tokens_per_s
from loadtests.judging.figures import FIGURES
from tests.loadtests.judging.runs import Run


def value(name: str, run: Run) -> float | None:
    return FIGURES[name].measure(run.lane_case()).value


def test_percentiles_are_of_answered_calls_by_nearest_rank() -> None:
    """The failed one took longest, and is not among them."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.due():
        run.client.call(arrival, took_s=(arrival.index + 1) / 100)
    slow = Run(("steady", 2.0), rate=10.0)
    for arrival in slow.due():
        run_long = arrival.index == 19
        slow.client.call(arrival, "timeout" if run_long else "ok", took_s=9.0 if run_long else 0.1)

    assert value("delay_p50_s", run) == pytest.approx(0.10)
    assert value("delay_p95_s", run) == pytest.approx(0.19)
    assert value("delay_p999_s", run) == pytest.approx(0.20)
    assert value("delay_p999_s", slow) == pytest.approx(0.10)


def test_a_late_generator_makes_no_faster_service() -> None:
    """The delay counts from the moment at which the call was due."""
    run = Run(("steady", 1.0), rate=1.0)
    run.client.call(run.due()[0], took_s=0.1, late_s=0.4)

    assert value("delay_p50_s", run) == pytest.approx(0.5)


def test_calls_of_warm_phases_are_left_out() -> None:
    """The first ones pay for connections and imports."""
    run = Run(("warm", 1.0), ("steady", 1.0), rate=10.0)
    for arrival in run.due():
        run.client.call(arrival, took_s=5.0 if arrival.phase == 0 else 0.1)

    assert value("delay_p999_s", run) == pytest.approx(0.1)


def test_the_delay_to_any_outcome_counts_failures_and_those_without_an_end() -> None:
    """One that never ended, of many, is beyond p99; of few it is p99."""
    run = Run(("steady", 20.0), rate=10.0)
    for arrival in run.due():
        run.client.call(arrival, "timeout", took_s=3.0)
    few = Run(("steady", 1.0), rate=10.0)
    for arrival in few.due():
        few.client.told(arrival, "running" if arrival.index == 0 else "ok")

    found = FIGURES["outcome_delay_p99_s"].measure(few.lane_case())

    assert value("outcome_delay_p99_s", run) == pytest.approx(3.0)
    assert value("delay_p99_s", run) is None
    assert (found.value, found.detail) == (inf, "1 calls never ended")


def test_the_first_token_is_that_of_live_streams() -> None:
    """Not of chats, and not of what a cache had."""
    run = Run(("steady", 1.0), rate=4.0, mix={"stream": 1.0})
    first, second, third, fourth = run.due()
    run.client.call(first, took_s=0.2)
    run.client.call(second, took_s=0.4)
    run.client.told(third, first_s=third.at_s, source="cache")
    run.client.call(fourth, "stream_interrupted")

    assert value("first_token_p50_s", run) == pytest.approx(0.1)
    assert value("first_token_p99_s", run) == pytest.approx(0.2)
    assert value("first_token_p50_s", Run().all_well()) is None


def test_tokens_a_second_count_after_the_first_one() -> None:
    """Eleven tokens, ten of them within half a second."""
    run = Run(("steady", 1.0), rate=1.0, mix={"stream": 1.0})
    run.client.call(run.due()[0], took_s=1.0, tokens_out=11)
    (call,) = run.lane_case().calls

    assert tokens_per_s(call) == pytest.approx(20.0)
    assert value("tokens_per_s", run) == pytest.approx(20.0)


def test_a_client_that_tells_no_tokens_is_judged_by_its_pieces() -> None:
    """Five pieces in the fixture's second half; a text in one piece has no pace."""
    run = Run(("steady", 1.0), rate=2.0, mix={"stream": 1.0})
    for arrival, pieces in zip(run.due(), (5, 1), strict=True):
        run.client.call(arrival, took_s=1.0, pieces=pieces)
    several, whole = run.lane_case().calls

    assert tokens_per_s(several) == pytest.approx(8.0)
    assert tokens_per_s(whole) is None
