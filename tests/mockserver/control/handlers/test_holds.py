"""Calls about gates, over a real socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlError
from mockserver.faults.gates import HoldUntilReleased
from mockserver.faults.rules import Rule
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mockserver.control.client import ControlClient
    from mockserver.server import MockServer


@pytest.fixture
async def asking(
    server: MockServer, client: ControlClient
) -> AsyncIterator[list[asyncio.Task[int]]]:
    """Three chats that wait at a gate."""
    await client.add_rules(Rule(fault=HoldUntilReleased(gate="go")))
    chats = [asyncio.create_task(chat(server.url)) for _ in range(3)]
    yield chats
    for one in chats:
        one.cancel()
    await asyncio.gather(*chats, return_exceptions=True)


async def test_a_barrier_across_requests(
    client: ControlClient, asking: list[asyncio.Task[int]]
) -> None:
    """Wait for all three, let go of one, then of the others; each gets its reply."""
    page = await client.holds(gate="go", at_least=3, timeout_s=5)
    assert page.satisfied
    assert [(gate.gate, gate.parked, gate.released) for gate in page.gates] == [("go", 3, 0)]

    assert await client.release("go", count=1) == 1
    await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED, timeout=5)
    assert sum(one.done() for one in asking) == 1
    assert await client.release("go") == 2

    assert await asyncio.gather(*asking) == [200, 200, 200]
    (gate,) = (await client.holds()).gates
    assert (gate.parked, gate.released, gate.open) == (0, 3, False)


async def test_a_gate_can_be_left_open(
    server: MockServer, client: ControlClient, asking: list[asyncio.Task[int]]
) -> None:
    """Who comes later does not wait."""
    await client.holds(gate="go", at_least=3, timeout_s=5)
    await client.release("go", keep_open=True)

    assert await asyncio.gather(*asking, chat(server.url)) == [200] * 4


async def test_a_reset_lets_everybody_go(
    client: ControlClient, asking: list[asyncio.Task[int]]
) -> None:
    """Nobody stays behind in a world that begins anew."""
    await client.holds(gate="go", at_least=3, timeout_s=5)

    await client.reset()

    assert await asyncio.gather(*asking) == [200, 200, 200]


async def test_who_waits_in_vain_is_told(client: ControlClient) -> None:
    """The time is up and nobody came."""
    page = await client.holds(gate="nowhere", at_least=1, timeout_s=0.01)

    assert (page.satisfied, page.gates) == (False, ())


async def test_a_call_that_cannot_be_is_refused(client: ControlClient) -> None:
    """A count of nothing, a gate without a name, waiting for no gate."""
    for wrong in (
        client.release("go", count=0),
        client.release(""),
        client.holds(at_least=1),
    ):
        with pytest.raises(ControlError) as refused:
            await wrong
        assert refused.value.status == 400
