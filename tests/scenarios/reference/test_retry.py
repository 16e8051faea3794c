"""When to try again: a decision without clock, chance or socket."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference import errors
from scenarios.reference.backoff import FullJitter
from scenarios.reference.retry import SMALLEST_ATTEMPT_S, Pause, RetryPolicy, Stop

POLICY = RetryPolicy(max_attempts=3, backoff=FullJitter(0.5, 8), retry_after_cap_s=60)
TRANSIENT = errors.ServerError("down", status=503)


def hinted(seconds: float) -> errors.PawaError:
    return errors.RateLimitedError("slow down", status=429, retry_after_s=seconds)


def test_transient_failures_pause_and_go_on() -> None:
    """A transient failure is followed by a pause, until the attempts are used up."""
    assert isinstance(POLICY.decide(TRANSIENT, 1, math.inf, 0.5), Pause)
    assert isinstance(POLICY.decide(TRANSIENT, 2, math.inf, 0.5), Pause)
    assert POLICY.decide(TRANSIENT, 3, math.inf, 0.5) == Stop("all attempts are used up")


@given(st.integers(1, 20))
def test_the_first_try_counts(max_attempts: int) -> None:
    """There are exactly ``max_attempts`` attempts, the first one included."""
    policy = RetryPolicy(max_attempts, FullJitter(0.5, 8), 60)
    attempt = 1

    while isinstance(policy.decide(TRANSIENT, attempt, math.inf, 0.0), Pause):
        attempt += 1

    assert attempt == max_attempts


@pytest.mark.parametrize(
    "kind",
    [
        errors.InvalidRequestError,
        errors.AuthError,
        errors.PermissionDeniedError,
        errors.NotFoundError,
        errors.TooLargeError,
        errors.BudgetExhaustedError,
        errors.ServerUnableError,
        errors.DeadlineExceededError,
        errors.TlsError,
        errors.BadResponseError,
        errors.QueueFullError,
        errors.ConfigError,
    ],
)
def test_permanent_failures_stop(kind: type[errors.PawaError]) -> None:
    """A failure that another attempt cannot mend is final, even with a hint."""
    verdict = POLICY.decide(kind("no", retry_after_s=1), 1, math.inf, 0.5)

    assert isinstance(verdict, Stop)


def test_delivered_text_is_never_repeated() -> None:
    """Once text has been delivered, nothing is tried again."""
    interrupted = errors.StreamInterruptedError("cut", partial="Haba")

    assert isinstance(POLICY.decide(interrupted, 1, math.inf, 0.5), Stop)


@given(st.floats(0.1, 60), st.floats(0, 1, exclude_max=True))
def test_a_hint_is_a_floor(hint_s: float, draw: float) -> None:
    """The pause is never shorter than the server asks for, and little longer."""
    verdict = POLICY.decide(hinted(hint_s), 1, math.inf, draw)

    assert isinstance(verdict, Pause)
    assert hint_s <= verdict.delay_s <= hint_s * 1.2


@given(st.floats(60.001, 1e9))
def test_a_hint_above_the_cap_ends_the_call(hint_s: float) -> None:
    """A longer wait than the client is willing to keep ends the call; it is not shortened."""
    assert isinstance(POLICY.decide(hinted(hint_s), 1, math.inf, 0.5), Stop)


@given(st.floats(0, 70), st.floats(0, 30), st.floats(0, 1, exclude_max=True))
def test_no_pause_crosses_the_deadline(hint_s: float, remaining_s: float, draw: float) -> None:
    """No pause is begun that could not end before the deadline, hint or no hint."""
    for error in (TRANSIENT, hinted(hint_s)):
        verdict = POLICY.decide(error, 1, remaining_s, draw)

        if isinstance(verdict, Pause):
            assert verdict.delay_s + SMALLEST_ATTEMPT_S <= remaining_s
