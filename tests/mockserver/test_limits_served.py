"""Limits and money over a real socket: what is let in, what it costs, and what a cut saves."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox

MODEL = "pawa-v1-ember-20240924"


def server_with(**settings: Any) -> MockServer:
    return MockServer(ServerSettings(sandboxes=(SandboxSettings.model_validate(settings),)))


async def chat(sandbox: Sandbox, *, key: str = "pawa-dev-key", **fields: object) -> tuple[int, str]:
    """Status of one chat, and Retry-After; a stream that is cut counts by its head."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "a b"}], **fields}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{sandbox.base_url}/chat/request",
            json=body,
            headers={"Authorization": f"Bearer {key}"},
        ) as response,
    ):
        with contextlib.suppress(aiohttp.ClientError):
            await response.read()
        return response.status, response.headers.get("Retry-After", "")


async def test_requests_at_once_never_pass_the_limit() -> None:
    """Each reserves the most that it can cost; the budget holds twenty of the fifty."""
    budget = {"limit_units": 0.082 * 20, "price": {"in_per_1k": 1.0, "out_per_1k": 2.0}}
    async with server_with(budget=budget) as server:
        sandbox = server.default

        seen = await asyncio.gather(*(chat(sandbox, seed=n) for n in range(50)))

        assert sorted(status for status, _ in seen) == [200] * 20 + [402] * 30
        assert sandbox.ledger.spent_micro == 82_000 * 20
        assert sandbox.ledger.reserved_micro == 0
        costs = [exchange.cost for exchange in sandbox.journal.exchanges()]
        assert sum(costs) == pytest.approx(0.082 * 20)


@pytest.mark.parametrize("how", ["rst", "no_final_chunk"])
async def test_a_cut_stream_costs_what_was_sent(how: str) -> None:
    """Two tokens read, five of forty written."""
    rule = {"fault": {"kind": "cut_stream", "after_chunks": 5, "how": how}}
    async with server_with(budget={"limit_units": 1}, rules=[rule]) as server:
        await chat(server.default, stream=True)
        await server.default.journal.wait_for(lambda journal: not journal.in_flight, 20)

        (exchange,) = server.default.journal.exchanges()
        assert exchange.tokens_out == 5
        assert server.default.ledger.spent_micro == 2 * 1_000 + 5 * 2_000


async def test_a_fault_that_answers_costs_neither_money_nor_limit() -> None:
    """No work was done."""
    rule = {"when": {"times": 3}, "fault": {"kind": "status", "status": 503}}
    async with server_with(
        budget={"limit_units": 0.1}, rate_limit={"requests_per_minute": 1}, rules=[rule]
    ) as server:
        seen = [(await chat(server.default))[0] for _ in range(5)]

        assert seen == [503, 503, 503, 200, 429]
        assert server.default.ledger.spent_micro == 82_000


async def test_max_tokens_is_what_is_reserved_and_real_use_is_what_is_paid() -> None:
    """A small answer fits into a budget that a whole one would pass."""
    async with server_with(budget={"limit_units": 0.02}) as server:
        assert (await chat(server.default))[0] == 402
        assert (await chat(server.default, max_tokens=5))[0] == 200
        assert server.default.ledger.spent_micro == 12_000


async def test_each_key_has_its_own_minute_and_is_told_when_it_ends() -> None:
    """Five a minute, the sixth is refused; the other key is not."""
    keys = [{"id": "a", "key": "key-a-1"}, {"id": "b", "key": "key-b-1"}]
    async with server_with(keys=keys, rate_limit={"requests_per_minute": 5}) as server:
        first = [await chat(server.default, key="key-a-1") for _ in range(6)]
        other = await chat(server.default, key="key-b-1")

        assert [status for status, _ in first] == [200] * 5 + [429]
        assert 55 <= int(first[-1][1]) <= 60
        assert other == (200, "")


@pytest.mark.parametrize("spelling", [402, 403, 429])
async def test_a_used_up_budget_has_three_spellings(spelling: int) -> None:
    """None of them says when to come back."""
    async with server_with(budget={"limit_units": 0, "spelling": spelling}) as server:
        assert await chat(server.default) == (spelling, "")
