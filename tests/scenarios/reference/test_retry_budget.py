"""All retries of a client together are a share of its traffic."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference import FallbackTarget, PawaClient, PawaError
from scenarios.reference.retry_budget import RetryBudget
from tests.scenarios.reference.makers import REQUEST, make_settings
from tests.scenarios.reference.rawserver import fails, raw_server, says

MOVES = st.lists(st.booleans(), max_size=400)
"""True: a first attempt goes out; False: one asks for a retry."""


@given(st.floats(0, 3), st.integers(1, 50), MOVES)
def test_retries_are_a_share_of_the_traffic(ratio: float, burst: int, moves: list[bool]) -> None:
    """Over any stretch of traffic there are no more than ``ratio`` for each call, and the reserve.

    The long calm before it saves up no more than the reserve.
    """
    budget = RetryBudget(ratio, burst)
    for _ in range(1000):
        budget.deposit()

    retries = 0
    for is_first in moves:
        if is_first:
            budget.deposit()
        else:
            retries += budget.withdraw()

    assert retries <= budget.capacity + ratio * moves.count(True) + 1e-6


@given(st.floats(0, 1000), st.integers(1, 50), MOVES)
def test_the_pot_is_never_overdrawn_nor_overfull(
    ratio: float, burst: int, moves: list[bool]
) -> None:
    """A retry is refused only when less than one token is left."""
    budget = RetryBudget(ratio, burst)
    for is_first in moves:
        before = budget.tokens
        if is_first:
            budget.deposit()
        else:
            assert budget.withdraw() == (before > 1 - 1e-6) or 1 - 1e-6 < before < 1
        assert 0 <= budget.tokens <= budget.capacity


def test_a_few_calls_retry_freely() -> None:
    """A fresh client has its whole reserve, and no more."""
    budget = RetryBudget(0.2, 20)

    assert [budget.withdraw() for _ in range(21)] == [True] * 20 + [False]


@pytest.mark.parametrize(("ratio", "calls"), [(0.1, 10), (0.2, 5), (0.5, 2), (1.0, 1)])
def test_so_many_calls_pay_for_a_retry(ratio: float, calls: int) -> None:
    """Ten deposits of a tenth are one token, whatever binary fractions say."""
    budget = RetryBudget(ratio, 1)
    budget.withdraw()

    for _ in range(calls - 1):
        budget.deposit()
        assert not budget.withdraw() or ratio == 1
    budget.deposit()

    assert budget.withdraw()


async def test_an_outage_is_not_amplified() -> None:
    """Sixty calls to a dead server make sixty attempts, the reserve, and a tenth."""
    async with raw_server(fails(503)) as server:
        settings = make_settings(
            server.base_url, max_attempts=5, retry_budget_ratio=0.1, retry_budget_burst=4
        )
        async with PawaClient(settings) as client:
            calls = (client.chat(REQUEST) for _ in range(60))
            errors = await asyncio.gather(*calls, return_exceptions=True)
            counted = client.telemetry()

    assert 64 <= len(server.requests) <= 70
    assert counted["retries"] == len(server.requests) - 60
    assert all(isinstance(error, PawaError) and error.status == 503 for error in errors)


async def test_an_empty_pot_ends_the_call_at_once() -> None:
    """With its last error, and a note that says why; the next call is sent as ever."""
    async with raw_server(fails(503), fails(503), fails(503, "third"), says()) as server:
        settings = make_settings(
            server.base_url, backoff_base_s=30, backoff_cap_s=30, retry_budget_ratio=0.0
        )
        async with PawaClient(settings) as client:
            assert client.parts.retry_budget
            while client.parts.retry_budget.withdraw():
                pass
            began_s = time.monotonic()
            with pytest.raises(PawaError) as caught:
                await client.chat(REQUEST)
            for _ in range(2):
                with pytest.raises(PawaError):
                    await client.chat(REQUEST)
            answer = await client.chat(REQUEST)

    assert time.monotonic() - began_s < 3
    assert caught.value.__notes__ == [
        "no further attempt: the client's retry budget is used up",
    ]
    assert (caught.value.status, caught.value.attempts) == (503, 1)
    assert (answer.text, len(server.requests)) == ("Habari", 4)


async def test_another_target_is_no_retry() -> None:
    """An empty pot does not keep a call from its fallback."""
    async with raw_server(fails(503)) as first, raw_server(says("from B")) as second:
        settings = make_settings(
            first.base_url,
            fallbacks=(FallbackTarget(second.base_url, "other-key-123"),),
            retry_budget_ratio=0.0,
            retry_budget_burst=1,
        )
        async with PawaClient(settings) as client:
            answers = [await client.chat(REQUEST) for _ in range(3)]

    assert [answer.text for answer in answers] == ["from B"] * 3
    assert (len(first.requests), len(second.requests)) == (4, 3)


async def test_without_a_budget_only_the_call_is_bounded() -> None:
    """None turns it off."""
    async with raw_server(fails(503)) as server:
        settings = make_settings(server.base_url, retry_budget_ratio=None)
        async with PawaClient(settings) as client:
            calls = (client.chat(REQUEST) for _ in range(30))
            await asyncio.gather(*calls, return_exceptions=True)

    assert len(server.requests) == 90
