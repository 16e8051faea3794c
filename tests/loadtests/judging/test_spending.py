"""Money: by the client's word and by the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.judging.figures import FIGURES
from loadtests.judging.spending import spending_of
from tests.loadtests.judging.runs import COST_MICRO, Run


def test_answers_are_joined_to_their_very_requests() -> None:
    """To the micro-unit, though the client counts in floats."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.due():
        run.client.call(arrival, attempt={"cost_micro": 100_001 + arrival.index})

    money = spending_of(run.lane_case())

    assert money.told_of == 20
    assert money.wrong == ()
    assert money.told_micro == money.answers_micro == money.journal_micro == money.ledger_micro
    assert money.unused_micro == 0


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=10))
def test_no_amount_is_lost_in_floats(costs: list[int]) -> None:
    """A cost in units, read back in micro-units, is the same whole number."""
    run = Run(("steady", 1.0), rate=float(len(costs)))
    for arrival, micro in zip(run.due(), costs, strict=False):
        run.client.call(arrival, attempt={"cost_micro": micro}, cost=micro / 1_000_000)

    money = spending_of(run.lane_case())

    assert money.wrong == ()
    assert money.told_micro == money.answers_micro


def test_a_client_that_counts_wrongly_is_found_call_by_call() -> None:
    """The sum alone could be right by chance."""
    run = Run(("steady", 1.0), rate=3.0)
    first, second, third = run.due()
    run.client.call(first, cost=(COST_MICRO + 1) / 1e6)
    run.client.call(second, cost=(COST_MICRO - 1) / 1e6)
    run.client.call(third)

    money = spending_of(run.lane_case())

    assert money.told_micro == money.answers_micro
    assert [call.arrival.index for call in money.wrong] == [0, 1]
    assert FIGURES["spend_gap_units"].measure(run.lane_case()).value == 0.0


def test_a_cached_answer_costs_nothing() -> None:
    """Whatever the request id that the client remembers."""
    run = Run(("steady", 1.0), rate=2.0, repeats={"prompts": 1})
    first, second = run.due()
    run.client.call(first)
    run.client.told(second, source="cache", cost=0.0, request_id="req-client-1", attempts=0)

    money = spending_of(run.lane_case())

    assert (money.told_of, money.wrong) == (2, ())


def test_work_whose_answer_was_lost_is_money_without_use() -> None:
    """The first attempt was paid and cut; the second was answered."""
    run = Run(("steady", 1.0), rate=1.0)
    (arrival,) = run.due()
    run.client.attempt(arrival, 0.5, ending="rst", executed=True)
    run.client.call(arrival)

    money = spending_of(run.lane_case())

    assert money.unused_micro == COST_MICRO
    assert FIGURES["unused_spend_share"].measure(run.lane_case()).value == 0.5
    assert FIGURES["spend_units"].measure(run.lane_case()).value == pytest.approx(0.0005)


def test_a_client_without_request_ids_got_the_last_whole_answer() -> None:
    """What it says of the cost cannot be joined, and is not held against it."""
    run = Run(("steady", 1.0), rate=1.0)
    (arrival,) = run.due()
    run.client.attempt(arrival, 0.5)
    run.client.call(arrival, request_id=None)

    money = spending_of(run.lane_case())

    assert (money.told_of, money.untold) == (0, 1)
    assert money.unused_micro == COST_MICRO
    assert FIGURES["spend_gap_units"].measure(run.lane_case()).value is None


def test_a_shared_request_is_counted_once_and_joined_to_no_single_call() -> None:
    """Which part of a batch is whose nobody can say."""
    run = Run(("steady", 1.0), rate=2.0, mix={"embed": 1.0})
    batch = run.client.attempt(run.due(), 0.8)
    for arrival in run.due():
        run.client.told(arrival, request_id=batch.request_id, cost=0.1)

    money = spending_of(run.lane_case())

    assert (money.told_of, money.untold, money.unused_micro) == (0, 2, 0)


def test_an_embedding_call_in_several_requests_costs_their_sum() -> None:
    """The client names the last one only."""
    run = Run(("steady", 1.0), rate=1.0, mix={"embed": 1.0})
    (arrival,) = run.due()
    run.client.attempt(arrival, 0.5)
    last = run.client.attempt(arrival, 0.6)
    run.client.told(arrival, request_id=last.request_id, cost=2 * COST_MICRO / 1e6)

    money = spending_of(run.lane_case())

    assert (money.told_of, money.wrong, money.unused_micro) == (1, (), 0)
