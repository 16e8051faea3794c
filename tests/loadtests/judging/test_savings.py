"""Requests that were spared, and those that were shared."""

from __future__ import annotations

import pytest

from loadtests.judging.figures import FIGURES
from loadtests.judging.savings import answers_without_arrival
from tests.loadtests.judging.runs import Run


def a_cached_run(*, told: str) -> Run:
    """Every prompt is asked over the wire once; its repeats say where they had their answer."""
    run = Run(("steady", 5.0), rate=10.0, repeats={"prompts": 5, "zipf": 1.0})
    seen: set[str] = set()
    for arrival in run.due():
        if arrival.token in seen:
            run.client.told(arrival, source=told, attempts=0)
        else:
            run.client.call(arrival)
        seen.add(arrival.token)
    return run


def test_hits_are_what_the_client_says_where_the_wire_agrees() -> None:
    """50 calls for five prompts: 45 hits."""
    found = FIGURES["cache_hit_share"].measure(a_cached_run(told="cache").lane_case())

    assert found.value == pytest.approx(45 / 50)
    assert found.detail == "45 told, 45 answers without a request"


def test_answers_that_the_client_calls_live_are_no_hits() -> None:
    """The wire alone does not know whether a cache had them."""
    run = a_cached_run(told="live")

    assert answers_without_arrival(run.lane_case()) == 45
    assert FIGURES["cache_hit_share"].measure(run.lane_case()).value == 0.0


def test_a_hit_that_was_on_the_wire_is_none() -> None:
    """The journal outranks the client's word."""
    run = Run(("steady", 5.0), rate=10.0, repeats={"prompts": 5, "zipf": 1.0})
    for arrival in run.due():
        run.client.call(arrival, source="cache")

    assert FIGURES["cache_hit_share"].measure(run.lane_case()).value == pytest.approx(0.0)


def test_a_client_that_names_no_source_has_no_hits_to_count() -> None:
    """Nothing to measure is not nought."""
    run = Run(("steady", 1.0), repeats={"prompts": 5})
    for arrival in run.due():
        run.client.call(arrival, source=None)

    assert FIGURES["cache_hit_share"].measure(run.lane_case()).value is None


def test_where_no_prompt_is_asked_twice_nothing_can_be_hit() -> None:
    """A client with a cache did nothing wrong there."""
    assert FIGURES["cache_hit_share"].measure(Run().all_well().lane_case()).value is None


def test_the_size_of_batches_is_that_on_the_wire() -> None:
    """Ten calls of four sentences in one request, ten in a request each."""
    run = Run(("steady", 2.0), rate=10.0, mix={"embed": 1.0})
    run.client.attempt(run.due()[:10], 1.0)
    for arrival in run.due()[10:]:
        run.client.attempt(arrival, arrival.at_s)

    found = FIGURES["batch_size"].measure(run.lane_case())

    assert found.value == pytest.approx(80 / 11)
    assert found.detail == "80 sentences in 11 requests"
    assert FIGURES["batch_size"].measure(Run().all_well().lane_case()).value is None
