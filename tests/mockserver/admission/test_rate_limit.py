"""Requests per minute."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.rate_limit import (
    SECOND_NS,
    WINDOW_NS,
    Decision,
    RateLimiter,
    decide,
    refusal,
)
from mockserver.settings import KeySettings, RateLimitSettings

ONE = KeySettings(id="one", key="k1", project="alpha")
TWO = KeySettings(id="two", key="k2", project="alpha")

arrivals = st.lists(st.integers(0, 40 * SECOND_NS), max_size=60)
limits = st.integers(1, 8)


def test_five_a_minute() -> None:
    """The free tier: five are let in, the sixth is told when to come back, and is then let in."""
    limiter, settings = RateLimiter(), RateLimitSettings(requests_per_minute=5)
    for second in range(5):
        assert limiter.admit(settings, ONE, second * SECOND_NS).allowed

    assert limiter.admit(settings, ONE, 10 * SECOND_NS) == Decision(allowed=False, retry_after_s=50)
    assert not limiter.admit(settings, ONE, 60 * SECOND_NS - 1).allowed
    assert limiter.admit(settings, ONE, 60 * SECOND_NS).allowed


@given(arrivals, limits)
def test_a_sliding_window_agrees_with_the_plain_model(gaps: list[int], limit: int) -> None:
    """A request is let in exactly when fewer than `limit` were in the 60 s up to it."""
    limiter, settings = RateLimiter(), RateLimitSettings(requests_per_minute=limit)
    admitted: list[int] = []
    now = 0
    for gap in gaps:
        now += gap
        expected = sum(now - WINDOW_NS < time <= now for time in admitted) < limit

        assert limiter.admit(settings, ONE, now).allowed is expected
        if expected:
            admitted.append(now)


@given(arrivals, limits)
def test_a_fixed_window_agrees_with_the_plain_model(gaps: list[int], limit: int) -> None:
    """A request is let in exactly when fewer than `limit` were in its minute of the clock."""
    limiter = RateLimiter()
    settings = RateLimitSettings(requests_per_minute=limit, window="fixed")
    admitted: list[int] = []
    now = 0
    for gap in gaps:
        now += gap
        expected = sum(time // WINDOW_NS == now // WINDOW_NS for time in admitted) < limit

        assert limiter.admit(settings, ONE, now).allowed is expected
        if expected:
            admitted.append(now)


@given(arrivals, limits)
def test_refused_requests_count_where_the_settings_say_so(gaps: list[int], limit: int) -> None:
    """Then every arrival of the last 60 s counts, let in or not."""
    limiter = RateLimiter()
    settings = RateLimitSettings(requests_per_minute=limit, count_refused=True)
    seen: list[int] = []
    now = 0
    for gap in gaps:
        now += gap
        expected = sum(now - WINDOW_NS < time for time in seen) < limit

        assert limiter.admit(settings, ONE, now).allowed is expected
        seen.append(now)


@given(
    arrivals,
    limits,
    st.sampled_from(["sliding", "fixed"]),
    st.booleans(),
)
def test_retry_after_is_true(gaps: list[int], limit: int, window: str, count: bool) -> None:
    """Who waits so long is let in; who comes a second earlier is not."""
    settings = RateLimitSettings(
        requests_per_minute=limit,
        window=window,  # type: ignore[arg-type]
        count_refused=count,
    )
    limiter = RateLimiter()
    counted: list[int] = []
    now = 0
    for gap in gaps:
        now += gap
        decision = limiter.admit(settings, ONE, now)
        if decision.allowed or count:
            counted.append(now)
        if decision.allowed:
            continue
        rules = {"limit": limit, "window": settings.window, "count_refused": count}
        back = now + decision.retry_after_s * SECOND_NS
        assert decision.retry_after_s >= 1
        assert decide(counted, back, **rules).allowed
        assert not decide(counted, back - SECOND_NS, **rules).allowed


def test_keys_have_their_own_limit_unless_the_project_shares_one() -> None:
    """The scope is a setting."""
    own = RateLimitSettings(requests_per_minute=1)
    shared = RateLimitSettings(requests_per_minute=1, scope="project")
    limiter = RateLimiter()

    assert [limiter.admit(own, key, 0).allowed for key in (ONE, TWO, ONE)] == [True, True, False]
    assert [limiter.admit(shared, key, 0).allowed for key in (ONE, TWO)] == [True, False]


def test_a_reset_forgets() -> None:
    """As if nobody had come."""
    limiter, settings = RateLimiter(), RateLimitSettings(requests_per_minute=1)
    limiter.admit(settings, ONE, 0)

    limiter.reset()

    assert limiter.admit(settings, ONE, 1).allowed


@pytest.mark.parametrize("told", [True, False])
def test_a_refusal_is_the_documented_one(told: bool) -> None:
    """429 `Rate limit exceeded`; Retry-After can be switched off."""
    settings = RateLimitSettings(requests_per_minute=1, retry_after=told)

    answer = refusal(Decision(allowed=False, retry_after_s=7), settings)

    assert isinstance(answer.body, bytes)
    assert answer.status == 429
    assert orjson.loads(answer.body)["message"] == "Rate limit exceeded"
    assert dict(answer.headers).get("Retry-After") == ("7" if told else None)
