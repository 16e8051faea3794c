"""The algorithms of limits, each against a plain model and, where it has it, the library `limits`.

What every one of them owes: never over the limit; a wait that is true to the nanosecond; what is
told as remaining can be had, and no more; and all of it again when it says so.
"""

from __future__ import annotations

import copy
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from mockserver.admission.buckets import Bucket, SettledBucket
from mockserver.admission.windows import (
    NEVER,
    Concurrency,
    FixedWindow,
    SlidingCount,
    SlidingSum,
    Slope,
)
from tests.mockserver.admission.pacing import SECOND_NS, SPAN_NS, admit, gaps, limits, times

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.admission.windows import Window

TIMED: dict[str, Callable[[int], Window]] = {
    "sliding": lambda limit: SlidingCount(limit, SPAN_NS),
    "sliding tokens": lambda limit: SlidingSum(limit, SPAN_NS),
    "fixed": lambda limit: FixedWindow(limit, SPAN_NS),
    "gcra": lambda limit: Bucket(limit, SPAN_NS, 1),
    "token bucket": lambda limit: Bucket(limit, SPAN_NS, limit),
    "small bucket": lambda limit: Bucket(limit, SPAN_NS, max(1, limit // 2)),
    "settled bucket": lambda limit: SettledBucket(limit, SPAN_NS, limit),
    "slope": lambda limit: Slope(limit, SPAN_NS, Fraction(3, 2)),
}

names = st.sampled_from(sorted(TIMED))


class TestEveryWindow:
    @given(names, gaps, limits, st.booleans())
    def test_a_wait_is_true(self, name: str, gaps: list[int], limit: int, count: bool) -> None:
        """Who waits so long alone is let in, and a nanosecond earlier is not."""
        window = TIMED[name](limit)
        for now in times(gaps):
            if admit(window, now):
                continue
            if count:
                window.refuse(now)
            wait = window.wait(now, 1)
            if wait == 0:  # a refused request may have been counted into a new window
                continue
            early, late = copy.deepcopy(window), copy.deepcopy(window)
            assert early.wait(now + wait - 1, 1) > 0
            assert late.wait(now + wait, 1) == 0

    @given(names, gaps, limits)
    def test_what_remains_can_be_had_and_no_more(
        self, name: str, gaps: list[int], limit: int
    ) -> None:
        """At once, by whoever asks."""
        window = TIMED[name](limit)
        for now in times(gaps):
            admit(window, now)
            spent = copy.deepcopy(window)
            left = window.remaining(now)
            assert 0 <= left <= window.capacity
            assert all(admit(spent, now) for _ in range(left))
            assert not admit(spent, now)

    @given(names, gaps, limits)
    def test_all_of_it_is_back_when_it_says_so(
        self, name: str, gaps: list[int], limit: int
    ) -> None:
        """And, but for the growth of a slope, not a nanosecond sooner."""
        window = TIMED[name](limit)
        for now in times(gaps):
            admit(window, now)
            whole_in = window.whole_in(now)
            late = copy.deepcopy(window)
            assert late.remaining(now + whole_in) == late.capacity
            if whole_in and name != "slope":
                early = copy.deepcopy(window)
                assert early.remaining(now + whole_in - 1) < early.capacity

    @given(names, gaps, limits, limits)
    def test_a_new_limit_keeps_what_was_used(
        self, name: str, gaps: list[int], limit: int, other: int
    ) -> None:
        """Nobody gains room by a change to a smaller limit, or to the same."""
        window = TIMED[name](limit)
        now = 0
        for now in times(gaps):
            admit(window, now)
        left = window.remaining(now)
        window.resize(now, min(limit, other), min(window.capacity, other))

        assert window.remaining(now) <= left

    @pytest.mark.parametrize("name", sorted(set(TIMED) - {"slope"}))
    def test_more_than_there_is_can_never_be_had(self, name: str) -> None:
        """No wait helps, and it is told so."""
        window = TIMED[name](5)
        assert window.wait(0, window.capacity) == 0
        assert window.wait(0, window.capacity + 1) == NEVER


class TestSliding:
    @given(gaps, limits)
    def test_it_agrees_with_the_plain_model(self, gaps: list[int], limit: int) -> None:
        """Let in exactly when fewer than `limit` were in the 60 s up to it."""
        window = SlidingCount(limit, SPAN_NS)
        admitted: list[int] = []
        for now in times(gaps):
            expected = sum(now - SPAN_NS < time <= now for time in admitted) < limit
            assert admit(window, now) is expected
            if expected:
                admitted.append(now)

    @given(gaps, limits)
    def test_refused_requests_can_count(self, gaps: list[int], limit: int) -> None:
        """Then every arrival of the last 60 s does."""
        window = SlidingCount(limit, SPAN_NS)
        seen: list[int] = []
        for now in times(gaps):
            expected = sum(now - SPAN_NS < time for time in seen) < limit
            assert admit(window, now) is expected
            if not expected:
                window.refuse(now)
            seen.append(now)

    @given(gaps, limits, st.data())
    def test_tokens_count_as_they_were_used(
        self, gaps: list[int], limit: int, data: st.DataObject
    ) -> None:
        """What is set aside counts until it is settled; then what was used does."""
        window = SlidingSum(limit, SPAN_NS)
        model: list[list[int]] = []
        open_ones: list[tuple[Any, list[int]]] = []
        for now in times(gaps):
            amount = data.draw(st.integers(0, limit))
            used = sum(held for at, held in model if at > now - SPAN_NS)
            expected = used + amount <= limit
            assert (window.wait(now, amount) == 0) is expected
            if expected:
                plain = [now, amount]
                open_ones.append((window.take(now, amount), plain))
                model.append(plain)
            if open_ones and data.draw(st.booleans()):
                entry, plain = open_ones.pop(data.draw(st.integers(0, len(open_ones) - 1)))
                plain[1] = data.draw(st.integers(0, plain[1]))
                window.settle(entry, plain[1])

    @given(st.lists(st.integers(0, 30_000), max_size=40), limits)
    def test_it_agrees_with_the_library(self, gaps_ms: list[int], limit: int) -> None:
        """`limits`, moving window. There, what is exactly a window old still counts."""
        window, strategy = SlidingCount(limit, SPAN_NS), MovingWindowRateLimiter(still_storage())
        item = RateLimitItemPerMinute(limit)
        admitted: list[int] = []
        for now in times([gap * 1_000_000 for gap in gaps_ms]):
            assume(all(now - time != SPAN_NS for time in admitted))
            with mock.patch("time.time", lambda now=now: 1_000_000 + now / SECOND_NS):
                expected = strategy.hit(item, "key")
            assert admit(window, now) is expected
            if expected:
                admitted.append(now)


class TestFixed:
    @given(gaps, limits)
    def test_it_agrees_with_the_plain_model(self, gaps: list[int], limit: int) -> None:
        """Let in exactly when fewer than `limit` were in its minute of the clock."""
        window = FixedWindow(limit, SPAN_NS)
        admitted: list[int] = []
        for now in times(gaps):
            expected = sum(time // SPAN_NS == now // SPAN_NS for time in admitted) < limit
            assert admit(window, now) is expected
            if expected:
                admitted.append(now)

    @given(gaps, limits)
    def test_it_agrees_with_the_library(self, gaps: list[int], limit: int) -> None:
        """`limits`, fixed window. Its windows begin with a first hit, so each gets its own name."""
        window, strategy = FixedWindow(limit, SPAN_NS), FixedWindowRateLimiter(still_storage())
        item = RateLimitItemPerMinute(limit)
        for now in times(gaps):
            with mock.patch("time.time", lambda now=now: 1_000_000 + now / SECOND_NS):
                expected = strategy.hit(item, str(now // SPAN_NS))
            assert admit(window, now) is expected

    def test_a_window_that_is_over_is_not_settled(self) -> None:
        """Its tokens are gone with it; the next one is not given any back."""
        window = FixedWindow(10, SPAN_NS, settled=True)
        old = window.take(SPAN_NS - 1, 8) if not window.wait(SPAN_NS - 1, 8) else None
        assert old is not None
        assert admit(window, SPAN_NS, 10)
        window.settle(old, 0)

        assert window.remaining(SPAN_NS) == 0

    def test_what_was_taken_too_much_comes_back(self) -> None:
        """Within its window, once."""
        window = FixedWindow(10, SPAN_NS, settled=True)
        assert window.wait(1, 8) == 0
        entry = window.take(1, 8)
        assert entry is not None
        window.settle(entry, 3)
        window.settle(entry, 0)

        assert window.remaining(2) == 7


class TestConcurrency:
    def test_no_more_than_so_many_are_open(self) -> None:
        """One that is over makes room for one, however often it is said."""
        window = Concurrency(2)
        first, _ = window.take(0, 1), window.take(0, 1)
        assert window.wait(0, 1) == NEVER
        window.settle(first, 0)
        window.settle(first, 0)

        assert window.remaining(0) == 1
        assert window.wait(0, 1) == 0


class TestSlope:
    @given(gaps, limits, st.sampled_from(["0", "0.5", "1", "1.5", "2", "3.7"]))
    def test_it_agrees_with_the_plain_model(self, gaps: list[int], limit: int, growth: str) -> None:
        """At most `growth` times what the window before let in, and `limit` more."""
        window = Slope(limit, SPAN_NS, Fraction(growth))
        admitted: list[int] = []
        for now in times(gaps):
            number = now // SPAN_NS
            here = sum(time // SPAN_NS == number for time in admitted)
            before = sum(time // SPAN_NS == number - 1 for time in admitted)
            expected = here < limit + math.floor(before * Fraction(growth))
            assert admit(window, now) is expected
            if expected:
                admitted.append(now)

    def test_a_crowd_grows_step_by_step(self) -> None:
        """Five, then twice five and five, then twice fifteen and five."""
        window = Slope(5, SPAN_NS, Fraction(2))
        steps = [
            sum(admit(window, minute * SPAN_NS + number) for number in range(100))
            for minute in range(3)
        ]

        assert steps == [5, 15, 35]


def still_storage() -> MemoryStorage:
    """A storage of the library's without the thread that tidies up by the real clock."""
    with mock.patch("threading.Timer"):
        return MemoryStorage()
