"""Calls about journal, over a real socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError
from mockserver.faults.answers import Status
from mockserver.faults.rules import Rule, When
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from mockserver.server import MockServer

REFUSAL = Rule(fault=Status(status=503), when=When(times=1))


async def test_the_journal_is_read_by_filters(server: MockServer, client: ControlClient) -> None:
    """Exchanges come back as they are recorded."""
    await client.add_rules(REFUSAL)
    for _ in range(3):
        await chat(server.url)

    page = await client.journal(status=200, limit=1)
    refused = await client.journal(rule="rule-1", token="call-0123456789ab", ended=True)

    assert [exchange.attempt for exchange in page.exchanges] == [3]
    assert page.exchanges == server.default.journal.exchanges(status=200)[-1:]
    assert [exchange.status for exchange in refused.exchanges] == [503]
    assert (page.dropped, page.satisfied) == (0, True)


async def test_the_journal_can_be_waited_for(server: MockServer, client: ControlClient) -> None:
    """Until so many exchanges fit, or the time is up."""
    waiting = asyncio.create_task(client.journal(at_least=2, timeout_s=20, ended=True))
    await chat(server.url)
    await chat(server.url)

    assert (await waiting).satisfied
    assert len((await waiting).exchanges) == 2
    assert not (await client.journal(at_least=3, timeout_s=0.05)).satisfied


async def test_a_bad_filter_is_refused(client: ControlClient) -> None:
    """One line, with the nearest."""
    with pytest.raises(ControlError) as caught:
        await client.journal(staus=200)

    assert caught.value.lines == ("query: staus: unknown field; nearest: status",)


async def test_connections_are_told(server: MockServer, client: ControlClient) -> None:
    """The client's own is one of them."""
    await chat(server.url)

    page = await client.connections()

    assert sum(connection.exchanges for connection in page.connections) == 1
