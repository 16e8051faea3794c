"""All connections of a sandbox: pipelined, slow, flooding, and stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.settings import ApiSettings
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request
from tests.mockserver.talk import busy, until

if TYPE_CHECKING:
    from tests.mockserver.conftest import OpenSandbox


class TestASlowClient:
    """A request that never gets whole holds a connection, and nothing else, for a bounded time."""

    async def test_a_head_without_end_is_closed(self, open_sandbox: OpenSandbox) -> None:
        """There is nothing to answer yet."""
        sandbox = await open_sandbox(api=ApiSettings(receive_s=0.05))
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(b"POST /v1/chat/request HTTP/1.1\r\nHost: a\r\n")
            received = await client.read()

        assert (received.data, received.ending) == (b"", "fin")

    async def test_a_body_without_end_is_answered_with_408(self, open_sandbox: OpenSandbox) -> None:
        """And the connection is closed."""
        sandbox = await open_sandbox(api=ApiSettings(receive_s=0.05))
        whole = request(body=chat())
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(whole[:-5])
            received = await client.read()

        assert (received.status, received.ending) == (408, "fin")

    async def test_an_idle_connection_is_left_alone(self, open_sandbox: OpenSandbox) -> None:
        """Between two requests there is no limit."""
        sandbox = await open_sandbox(api=ApiSettings(receive_s=0.05))
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat()))
            first = await client.read_reply()
            async with await RawClient.connect(sandbox.base_url) as slow:
                await slow.send(b"POST / HTTP/1.1\r\n")
                await slow.read()
            await client.send(request(body=chat()))
            second = await client.read_reply()

        assert (first.status, second.status) == (200, 200)

    async def test_who_waits_for_an_answer_is_not_slow(self, open_sandbox: OpenSandbox) -> None:
        """What it has begun to send behind its request may take its time, until its turn comes."""
        hold = {"fault": {"kind": "hold", "seconds": 0.6}, "when": {"times": 1}}
        sandbox = await open_sandbox(api=ApiSettings(receive_s=0.25), rules=[hold])
        closing = (("Connection", "close"),)
        long = request(body=chat("long " * 60_000), headers=closing)
        for behind in (b"\r\nGET /", long):
            sandbox.reset()
            async with await RawClient.connect(sandbox.base_url) as client:
                await client.send(request(body=chat()))
                await busy(sandbox.connections)
                await client.send(behind)
                received = await client.read()

            answers = 2 if behind is long else 1
            assert received.data.count(b"HTTP/1.1 200 OK\r\n") == answers


async def test_pipelined_requests_are_answered_in_their_order(open_sandbox: OpenSandbox) -> None:
    """Also many more than are taken in at once."""
    sandbox = await open_sandbox()
    count = 300
    whole = [request(body=chat(f"number {n}")) for n in range(count)]
    last = request(body=chat(f"number {count}"), headers=(("Connection", "close"),))
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(b"".join((*whole, last)))
        received = await client.read()

    assert received.data.count(b"HTTP/1.1 200 OK\r\n") == count + 1
    assert [b"number %d" % n in e.body for n, e in enumerate(sandbox.journal.exchanges())] == (
        [True] * (count + 1)
    )


async def test_those_behind_a_slow_one_are_all_served(open_sandbox: OpenSandbox) -> None:
    """Also when they come while it waits, and the client sends nothing after them."""
    sandbox = await open_sandbox(
        rules=[{"fault": {"kind": "hold", "seconds": 0.1}, "when": {"times": 1}}]
    )
    count = 100
    behind = [request(body=chat(f"number {n}")) for n in range(1, count)]
    last = request(body=chat(f"number {count}"), headers=(("Connection", "close"),))
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat("number 0")))
        await busy(sandbox.connections)
        await client.send(b"".join((*behind, last)))
        received = await client.read()

    assert received.data.count(b"HTTP/1.1 200 OK\r\n") == count + 1


@pytest.mark.parametrize(
    ("fault", "ending", "waiting"),
    [
        ({"kind": "hold", "seconds": 60}, "client_left", "client_left"),
        ({"kind": "rst_before_headers"}, "rst", "server_stopped"),
    ],
)
async def test_those_whose_turn_never_came_are_noted_too(
    open_sandbox: OpenSandbox, fault: dict[str, Any], ending: str, waiting: str
) -> None:
    """Nothing was done for them: the client left, or the answer before theirs ended everything."""
    sandbox = await open_sandbox(rules=[{"fault": fault, "when": {"times": 1}}])
    whole = [request(body=chat(f"number {n}")) for n in range(3)]
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(b"".join(whole)[:-9])
        await until(lambda: bool(sandbox.journal.exchanges()))
        client.leave()
        assert await sandbox.journal.wait_for(
            lambda seen: len(seen.exchanges()) == 3 and not seen.in_flight, LONG_S
        )

    first, *others = sandbox.journal.exchanges()
    assert first.ending == ending
    assert [b"number 1" in one.body for one in others] == [True, False]
    assert [one.ordinal for one in others] == [2, 3]
    assert {(one.status, one.ending, one.rule) for one in others} == {(None, waiting, None)}


async def test_much_behind_two_upgrades_is_all_served(open_sandbox: OpenSandbox) -> None:
    """Both are declined in turn; nothing of what follows them is lost."""
    hold = {"fault": {"kind": "hold", "seconds": 0.1}, "when": {"times": 1}}
    sandbox = await open_sandbox(rules=[hold])
    upgrade = (("Connection", "Upgrade"), ("Upgrade", "websocket"))
    asking = request(body=chat(), headers=upgrade)
    long = request(body=chat("long " * 30_000))
    last = request(body=chat(), headers=(("Connection", "close"),))
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(asking)
        await busy(sandbox.connections)
        await client.send(asking + long + last)
        received = await client.read()

    assert received.data.count(b"HTTP/1.1 200 OK\r\n") == 4
