"""Limits that refill evenly, against buckets of fractions and against GCRA as it is written."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.buckets import Bucket, SettledBucket
from tests.mockserver.admission.pacing import SECOND_NS, SPAN_NS, admit, gaps, limits, times


@given(gaps, limits, st.integers(1, 8))
def test_it_agrees_with_a_bucket_of_fractions(gaps: list[int], limit: int, burst: int) -> None:
    """So many tokens a window flow in, evenly, and no more than `burst` are held."""
    window = Bucket(limit, SPAN_NS, burst)
    held, before = Fraction(burst), 0
    for now in times(gaps):
        held = min(Fraction(burst), held + Fraction((now - before) * limit, SPAN_NS))
        before = now
        assert window.remaining(now) == math.floor(held)
        assert admit(window, now) is (held >= 1)
        if held >= 1:
            held -= 1


@given(gaps, limits, st.integers(1, 8))
def test_it_agrees_with_gcra(gaps: list[int], limit: int, burst: int) -> None:
    """The theoretical arrival time, as ITU-T I.371 has it, over fractions."""
    window = Bucket(limit, SPAN_NS, burst)
    interval = Fraction(SPAN_NS, limit)
    expected_at = Fraction(0)
    for now in times(gaps):
        conforms = now >= expected_at - interval * (burst - 1)
        assert admit(window, now) is conforms
        if conforms:
            expected_at = max(expected_at, Fraction(now)) + interval


@given(gaps, limits, st.integers(1, 8))
def test_no_stretch_of_time_lets_more_in_than_burst_and_rate(
    gaps: list[int], limit: int, burst: int
) -> None:
    """Between any two of those that were let in."""
    window = Bucket(limit, SPAN_NS, burst)
    admitted = [now for now in times(gaps) if admit(window, now)]
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            length = Fraction((admitted[last] - admitted[first]) * limit, SPAN_NS)
            assert last - first + 1 <= burst + length


def test_refused_requests_that_count_keep_it_empty() -> None:
    """But never push the next one further away than one interval."""
    window = Bucket(6, SPAN_NS, 1)
    assert admit(window, 0)
    for second in range(1, 10):
        window.refuse(second * SECOND_NS)

    assert window.wait(9 * SECOND_NS, 1) == 10 * SECOND_NS


@given(gaps, st.integers(1, 20), st.data())
def test_settled_tokens_come_back_as_if_they_had_never_been_taken(
    gaps: list[int], limit: int, data: st.DataObject
) -> None:
    """The level is that of a bucket that knew from the start what each would use."""
    window = SettledBucket(limit, SPAN_NS, limit)
    taken: list[list[int]] = []
    open_ones: list[tuple[Any, list[int]]] = []
    for now in times(gaps):
        amount = data.draw(st.integers(0, limit))
        expected = replayed(taken, limit, now) >= amount
        assert (window.wait(now, amount) == 0) is expected
        if expected:
            plain = [now, amount]
            open_ones.append((window.take(now, amount), plain))
            taken.append(plain)
        if open_ones and data.draw(st.booleans()):
            entry, plain = open_ones.pop(data.draw(st.integers(0, len(open_ones) - 1)))
            plain[1] = data.draw(st.integers(0, plain[1]))
            window.settle(entry, plain[1])
        assert window.remaining(now) == math.floor(replayed(taken, limit, now))


def replayed(taken: list[list[int]], limit: int, now: int) -> Fraction:
    """How many tokens a bucket holds that was drawn from like this."""
    held, before = Fraction(limit), 0
    for at, amount in taken:
        held = min(Fraction(limit), held + Fraction((at - before) * limit, SPAN_NS)) - amount
        before = at
    return min(Fraction(limit), held + Fraction((now - before) * limit, SPAN_NS))
