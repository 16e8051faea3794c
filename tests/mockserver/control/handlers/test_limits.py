"""Calls about limits, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.faults.answers import Status
from mockserver.faults.rules import Rule, When
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from mockserver.control.client import ControlClient
    from mockserver.server import MockServer


async def test_a_rate_limit_comes_and_goes(server: MockServer, client: ControlClient) -> None:
    """Without touching the rules in force."""
    await client.add_rules(Rule(id="kept", fault=Status(status=500), when=When(after=1000)))

    await client.set_rate_limit(1)
    assert [await chat(server.url) for _ in range(2)] == [200, 429]
    await client.remove_rate_limit()

    assert await chat(server.url) == 200
    assert [(status.id, status.seen) for status in await client.plan()] == [("kept", 3)]
