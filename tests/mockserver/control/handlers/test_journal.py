"""Calls about journal, over a real socket."""

from __future__ import annotations

import asyncio
import time

import pytest

from mockserver import journal
from mockserver.control.calls import JournalFollow
from mockserver.control.client import ControlClient, ControlError
from mockserver.control.handlers import journal as handler
from mockserver.faults.answers import Status
from mockserver.faults.rules import Rule, When
from mockserver.server import MockServer
from tests.mockserver.control.chatting import chat

REFUSAL = Rule(fault=Status(status=503), when=When(times=1))


async def settled(server: MockServer) -> None:
    """Wait until no exchange is open: a client has its answer a moment before that."""
    assert await server.default.journal.wait_for(lambda seen: seen.in_flight == 0, 20)


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


async def test_paths_and_models_are_globs(server: MockServer, client: ControlClient) -> None:
    """A path with or without `/v1`; what has no glob in it is compared as it is."""
    await chat(server.url)
    await settled(server)

    for asked, found in (
        ({"path": "/chat/*"}, 1),
        ({"path": "/v1/chat/request"}, 1),
        ({"path": "/chat/request"}, 1),
        ({"path": "/chat"}, 0),
        ({"model": "pawa-v1-*"}, 1),
        ({"model": "other*"}, 0),
        ({"method": "POST", "key_id": "dev", "ending": "complete"}, 1),
    ):
        assert len((await client.journal(**asked)).exchanges) == found, asked


async def test_what_came_long_ago_can_be_left_out(
    server: MockServer, client: ControlClient
) -> None:
    """By the machine's clock, whatever the sandbox's shows."""
    await chat(server.url)
    (exchange,) = server.default.journal.exchanges()
    age_s = (time.monotonic_ns() - exchange.first_byte_in_ns) / 1e9

    assert len((await client.journal(since_s=age_s + 60)).exchanges) == 1
    assert (await client.journal(since_s=0.0)).exchanges == ()


async def test_the_journal_is_followed(server: MockServer, client: ControlClient) -> None:
    """Earlier ones first, as many as were asked for; then each as it ends, if it fits."""
    await client.add_rules(REFUSAL)
    for _ in range(3):
        await chat(server.url)
    await settled(server)

    following = client.follow_journal(limit=1, status=200)
    first = await anext(following)
    await client.replace_rules(REFUSAL)
    await chat(server.url)
    await chat(server.url)
    second = await anext(following)
    await following.aclose()

    assert (first.seq, second.seq) == (3, 5)
    assert second == server.default.journal.exchanges()[-1]


async def test_a_following_can_be_bounded(server: MockServer, client: ControlClient) -> None:
    """After so many seconds it ends by itself."""
    await chat(server.url)
    await settled(server)

    seen = [one.seq async for one in client.follow_journal(limit=5, for_s=0.05)]

    assert seen == [1]


async def test_who_is_too_slow_is_told_what_it_lost(
    server: MockServer, client: ControlClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never silently."""
    monkeypatch.setattr(journal, "FOLLOWED_AT_MOST", 1)
    events = handler._ended(server, server.default, JournalFollow(limit=1))
    await chat(server.url)
    await settled(server)
    assert b'"seq":1' in await anext(events)
    for _ in range(3):
        await chat(server.url)
    await settled(server)

    told = [await anext(events), await anext(events)]
    await events.aclose()

    assert b'"seq":4' in told[0]
    assert told[1] == b"event: lost\ndata: 2\n\n"


async def test_silence_is_broken_by_a_word(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that neither side, nor what stands between them, gives the connection up."""
    monkeypatch.setattr(handler, "STILL_HERE_S", 0.01)
    events = handler._ended(server, server.default, JournalFollow())

    assert await anext(events) == b": still here\n\n"
    await events.aclose()


async def test_a_server_that_goes_ends_a_following() -> None:
    """Without an error: it was there, and what it said was heard."""
    server = MockServer()
    await server.start()
    async with ControlClient(server.url) as client:
        await chat(server.url)
        await settled(server)
        following = client.follow_journal(limit=1)
        assert (await anext(following)).seq == 1
        await server.close()

        assert [one async for one in following] == []


async def test_a_bad_question_ends_a_following_before_it_begins(client: ControlClient) -> None:
    """With the line that any other call would get."""
    with pytest.raises(ControlError, match="query: staus: unknown field; nearest: status"):
        await anext(client.follow_journal(staus=200))
