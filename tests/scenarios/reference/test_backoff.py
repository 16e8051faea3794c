"""The pause before a retry: drawn, growing, capped, never nothing."""

from __future__ import annotations

import statistics
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.backoff import FullJitter

bases = st.floats(0.001, 10)
caps = st.floats(0.001, 60)
draws = st.floats(0, 1, exclude_max=True)


@given(bases, caps, st.integers(1, 10_000), draws)
def test_bounds(base_s: float, cap_s: float, retry: int, draw: float) -> None:
    """A pause is above zero and at most the cap, whatever the number of the retry."""
    backoff = FullJitter(base_s, cap_s)

    pause = backoff.pause_s(retry, draw)

    assert 0 < backoff.floor_s(retry) <= pause <= backoff.ceiling_s(retry) <= cap_s


@given(bases, caps, st.integers(1, 100), draws)
def test_growth(base_s: float, cap_s: float, retry: int, draw: float) -> None:
    """With the same draw, a later pause is never shorter than an earlier one."""
    backoff = FullJitter(base_s, cap_s)

    assert backoff.pause_s(retry, draw) <= backoff.pause_s(retry + 1, draw)


def test_ceilings_double_up_to_the_cap() -> None:
    """The ceiling doubles from retry to retry until the cap."""
    backoff = FullJitter(0.5, 8)

    assert [backoff.ceiling_s(retry) for retry in range(1, 7)] == [0.5, 1, 2, 4, 8, 8]


def test_floor() -> None:
    """The floor is an eighth of the ceiling, at least 20 ms, at most half of the ceiling."""
    backoff = FullJitter(0.03, 8)

    assert [backoff.floor_s(retry) for retry in (1, 2, 5)] == [0.015, 0.02, 0.06]


def test_spread() -> None:
    """Pauses of many calls are spread over the whole range."""
    random = Random(7)
    pauses = [FullJitter(0.8, 8).pause_s(1, random.random()) for _ in range(2000)]

    tenths = statistics.quantiles(pauses, n=10)

    assert tenths[0] < 0.2
    assert tenths[-1] > 0.7
    assert 0.42 < statistics.mean(pauses) < 0.48
