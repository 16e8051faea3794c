"""Calls about limits, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlError
from mockserver.faults.answers import Status
from mockserver.faults.rules import Rule, When
from mockserver.settings import LimitSettings
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


async def test_limits_are_told_as_they_stand(server: MockServer, client: ControlClient) -> None:
    """Each for everybody who has asked, with what is left and when all of it is back."""
    await client.freeze_clock()
    await client.set_limits(
        LimitSettings(id="day", limit=10, window_s=86_400.0, scope="project"),
        LimitSettings(limit=3, dimension="concurrency"),
    )
    assert await client.limits() == ()
    assert await chat(server.url) == 200
    await client.journal(ended=True, at_least=1, timeout_s=5)
    await client.advance_clock(100)
    day, open_ones = await client.limits()

    assert (day.name, day.owner, day.limit, day.remaining) == ("day", "default", 10, 9)
    assert (day.span_s, day.whole_in_s) == (86_400.0, 86_300.0)
    assert (open_ones.name, open_ones.owner, open_ones.remaining) == ("concurrency", "dev", 3)
    assert (open_ones.span_s, open_ones.whole_in_s) == (None, None)


async def test_a_changed_limit_keeps_what_was_used(
    server: MockServer, client: ControlClient
) -> None:
    """Two of three are used; of five, three are left. Without any, all is open."""
    for limit, statuses in ((2, [200, 200, 429]), (5, [200, 200, 200, 429])):
        await client.set_limits(LimitSettings(id="minute", limit=limit))
        assert [await chat(server.url) for _ in statuses] == statuses
    await client.set_limits()

    assert await chat(server.url) == 200


async def test_a_bad_limit_changes_nothing(server: MockServer, client: ControlClient) -> None:
    """Each mistake has its line."""
    await client.set_limits(LimitSettings(limit=1))
    twice = LimitSettings(id="a", limit=1)
    with pytest.raises(ControlError, match="'a' occurs twice"):
        await client.set_limits(twice, twice)

    assert [await chat(server.url) for _ in range(2)] == [200, 429]
