"""The load that a client makes of its calls."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.judging.amplification import (
    RECOVERED_CALLS,
    back_from,
    busiest_second,
    recoveries,
    requests_by_call,
)
from loadtests.judging.figures import FIGURES
from tests.loadtests.judging.runs import Run

BAD, GOOD = [False], [True]


def value(name: str, run: Run) -> float | None:
    return FIGURES[name].measure(run.lane_case()).value


def an_outage(down_for_s: float, *, tries: int = 3) -> Run:
    """Nothing is answered in a fault of 5 s and for some time after it."""
    run = Run(("steady", 5.0), ("fault", 5.0), ("recovery", 20.0), rate=10.0)
    for arrival in run.due():
        down = 5.0 <= arrival.at_s < 10.0 + down_for_s
        run.client.call(arrival, "server_error" if down else "ok", tries=tries if down else 1)
    return run


def test_amplification_is_requests_for_each_call() -> None:
    """50 calls with one request, 50 with three; the last retry comes after the fault."""
    run = Run(("steady", 5.0), ("fault", 5.0), rate=10.0)
    for arrival in run.due():
        failing = arrival.phase == 1
        run.client.call(arrival, "server_error" if failing else "ok", tries=3 if failing else 1)

    assert value("amplification", run) == 2.0
    assert value("amplification_in_fault", run) == 149 / 50


def test_a_batch_brings_amplification_below_one() -> None:
    """Ten calls, one request."""
    run = Run(("steady", 1.0), rate=10.0, mix={"embed": 1.0})
    run.client.attempt(run.due(), 0.9)
    for arrival in run.due():
        run.client.told(arrival)

    assert value("amplification", run) == pytest.approx(0.1)


def test_each_request_belongs_to_one_call() -> None:
    """Of a batch to its first, of repeats to the last one before it."""
    batched = Run(("steady", 1.0), rate=4.0, mix={"embed": 1.0})
    batched.client.attempt(batched.due(), 0.9)
    repeated = Run(("steady", 1.0), rate=4.0, repeats={"prompts": 1})
    repeated.client.attempt(repeated.due()[0], 0.2)
    repeated.client.attempt(repeated.due()[0], 0.7)
    repeated.client.attempt(None, 0.7)

    assert requests_by_call(batched.lane_case()) == {0: 1}
    assert requests_by_call(repeated.lane_case()) == {0: 1, 2: 1}


def test_without_a_fault_there_is_no_amplification_in_it() -> None:
    """And no recovery from it."""
    run = Run().all_well()
    names = ("amplification_in_fault", "first_second_peak", "time_to_recover_s")

    assert [value(name, run) for name in names] == [None] * 3


def test_the_peak_is_that_of_any_second_after_the_fault() -> None:
    """40 retries in step, 0.7 s after it, beside the 10 or 11 calls of that second."""
    run = an_outage(0.0)
    for place in range(40):
        run.client.attempt(None, 10.7 + place / 1000)

    assert value("first_second_peak", run) == pytest.approx(5.0, abs=0.11)


def test_retries_before_the_end_of_the_fault_are_no_peak_after_it() -> None:
    """They are what the fault itself saw."""
    run = an_outage(0.0)
    for place in range(40):
        run.client.attempt(None, 9.5 + place / 1000)

    assert value("first_second_peak", run) == pytest.approx(1.0, abs=0.11)


def test_service_that_is_back_at_once_took_no_time() -> None:
    """The first call after the fault was answered, and so were the others."""
    assert value("time_to_recover_s", an_outage(0.0)) == 0.0
    assert value("goodput_share_in_recovery", an_outage(0.0)) == 1.0


def test_the_time_to_recover_counts_from_the_end_of_the_fault() -> None:
    """Four more seconds without answers."""
    assert value("time_to_recover_s", an_outage(4.0)) == pytest.approx(4.05)
    assert value("goodput_share_in_recovery", an_outage(4.0)) == pytest.approx(0.8)


def test_service_that_never_came_back_took_for_ever() -> None:
    """Also if the last few calls were answered by chance."""
    for down_for_s in (20.0, 19.5):
        found = FIGURES["time_to_recover_s"].measure(an_outage(down_for_s).lane_case())

        assert found.value == inf
        assert found.detail.startswith("never: ")


def test_neighbouring_phases_of_recovery_are_one() -> None:
    """A pause between them makes two."""
    run = Run(
        ("fault", 1.0), ("recovery", 2.0), ("recovery", 3.0), ("fault", 1.0), ("recovery", 1.0)
    )

    assert recoveries(run.lane_case()) == ((1.0, 6.0), (7.0, 8.0))


def test_a_single_failure_later_on_is_no_relapse() -> None:
    """One in fifty calls fails, as on any day."""
    assert back_from(BAD * 30 + GOOD * 60 + BAD + GOOD * 60) == 30


def test_a_relapse_is() -> None:
    """The time to recover ends with the last bad stretch."""
    assert back_from(BAD * 30 + GOOD * 60 + BAD * 30 + GOOD * 60) == 120


def test_a_chance_answer_in_an_outage_is_no_recovery() -> None:
    """Three answers in a row, and it goes on."""
    assert back_from(BAD * 30 + GOOD * 3 + BAD * 30 + GOOD * 40) == 63


def test_too_few_answers_show_nothing() -> None:
    """Twenty calls are asked for, or all there are."""
    assert back_from(BAD * 30 + GOOD * (RECOVERED_CALLS - 1)) is None
    assert back_from(BAD * 30 + GOOD * RECOVERED_CALLS) == 30
    assert back_from(GOOD * 3) == 0
    assert back_from([]) is None


@given(st.lists(st.booleans(), max_size=120))
def test_where_service_is_back_every_stretch_from_there_has_its_share(ok: list[bool]) -> None:
    """And none that ends there has it."""
    place = back_from(ok)
    if place is None:
        return

    for end in range(place + 1, len(ok) + 1):
        assert sum(ok[place:end]) >= 0.95 * (end - place) - 1e-6
    for start in range(place):
        assert sum(ok[start:place]) < 0.95 * (place - start) + 1e-6


def test_the_busiest_second_is_any_second() -> None:
    """Not one of the clock's."""
    assert busiest_second([0.2, 0.9, 1.1, 1.8, 3.5], 0.0, 4.0) == 3
    assert busiest_second([], 0.0, 4.0) == 0


@given(st.lists(st.floats(0, 10), max_size=60).map(sorted))
def test_the_busiest_second_is_found(moments: list[float]) -> None:
    """As by counting from each moment."""
    counted = [sum(at_s <= other < at_s + 1.0 for other in moments) for at_s in moments]

    assert busiest_second(moments, 0.0, 11.0) == max(counted, default=0)


def test_throttled_requests_are_counted_on_the_wire() -> None:
    """Whatever became of their calls."""
    run = Run(("steady", 1.0), rate=4.0)
    for arrival in run.due():
        run.client.call(arrival, tries=2, status=429)

    assert value("throttled_share", run) == 0.5
