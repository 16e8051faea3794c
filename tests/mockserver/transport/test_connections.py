"""Connections: their times, who ended them and how, and what happens to bytes that are no HTTP."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

import pytest

from mockserver.answer import Ending
from mockserver.delivery import Delivery, Framing, Piece
from mockserver.faults.rules import parse_rules
from tests.mockserver.onewire import OneWire
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request

if TYPE_CHECKING:
    from mockserver.journal import Connection, Journal
    from mockserver.sandbox import Sandbox

OK = Delivery(200, "OK", (), Framing.CONTENT_LENGTH, (Piece(b"ok"),), content_length=2)


async def ended(journal: Journal) -> Connection:
    """The only connection, once it has ended."""
    assert await journal.wait_for(
        lambda seen: any(c.ended_ns is not None for c in seen.connections()), LONG_S
    )
    (connection,) = journal.connections()
    return connection


class TestTheEnd:
    async def test_a_client_that_closes(self) -> None:
        """A FIN of the client is told as such."""
        async with OneWire(OK) as server:
            client = await RawClient.connect(server.url)
            await client.send(request())
            await client.read_reply()
            client.leave()
            connection = await ended(server.journal)

        assert (connection.ended_by, connection.how) == ("client", "fin")
        assert connection.ended_ns is not None
        assert connection.ended_ns > connection.accepted_ns

    async def test_a_client_that_resets(self) -> None:
        """An RST of the client is told as such."""
        async with OneWire(OK) as server:
            client = await RawClient.connect(server.url)
            await client.send(request())
            await client.read_reply()
            client.reset()
            connection = await ended(server.journal)

        assert (connection.ended_by, connection.how) == ("client", "rst")

    @pytest.mark.parametrize(("ending", "how"), [(Ending.RST, "rst"), (Ending.FIN, "fin")])
    async def test_the_server_ends_it(self, ending: Ending, how: str) -> None:
        """What the server does is told as its own doing."""
        cut = Delivery(200, "OK", (), Framing.NONE, (), send_head=False, ending=ending)
        async with OneWire(cut) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            await client.read()
            connection = await ended(server.journal)

        assert (connection.ended_by, connection.how) == ("server", how)

    async def test_an_open_connection_has_no_end(self) -> None:
        """Open connections are in the journal from their accept."""
        async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            await client.read_reply()
            (connection,) = server.journal.connections()

        assert (connection.ended_ns, connection.ended_by, connection.how) == (None, None, None)


class TestTheTimesOfARequest:
    async def test_a_slow_request_has_three_times(self) -> None:
        """First byte, end of the head, end of the body, each when it came."""
        data = request(body=b"x" * 20)
        head, body = data[:-20], data[-20:]
        marks: list[int] = []
        async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
            for part in (head[:10], head[10:], body[:10], body[10:]):
                await client.send(part)
                await asyncio.sleep(0.02)
                marks.append(time.monotonic_ns())
            await client.read_reply()
            exchange = await server.exchange()

        assert exchange.first_byte_in_ns < marks[0]
        assert marks[0] < exchange.headers_in_ns < marks[1]
        assert marks[2] < exchange.body_in_ns < marks[3]

    async def test_the_next_request_has_times_of_its_own(self) -> None:
        """An idle time between two requests belongs to neither."""
        async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
            await client.send(request(body=b"one"))
            await client.read_reply()
            await asyncio.sleep(0.03)
            sent_ns = time.monotonic_ns()
            await client.send(request(body=b"two"))
            await client.read_reply()
            second = await server.exchange(2)

        assert second.first_byte_in_ns >= sent_ns
        assert second.first_byte_in_ns <= second.headers_in_ns <= second.body_in_ns


async def test_small_writes_are_not_delayed() -> None:
    """TCP_NODELAY is on, or a chunk would wait for the acknowledgement of the one before it."""
    async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
        await client.send(request())
        await client.read_reply()
        (connection,) = server.connections.open_connections()
        assert connection.transport is not None
        sock = connection.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class TestWhatIsNoHttp:
    @pytest.mark.parametrize(
        "garbage",
        [
            b"hello\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
            b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"y" * 10_000 + b"\r\n\r\n",
            b"POST /v1/chat/request HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        ],
        ids=["words", "TLS", "long line", "long header", "negative length"],
    )
    async def test_it_is_answered_with_400_in_the_envelope_and_recorded(
        self, sandbox: Sandbox, garbage: bytes
    ) -> None:
        """The sender gets JSON and a close; the journal gets an exchange with the bytes."""
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(garbage)
            received = await client.read()
            (exchange,) = sandbox.journal.exchanges()

        assert (received.status, received.ending) == (400, "fin")
        assert received.json == {
            "success": False,
            "message": "Malformed HTTP request",
            "data": None,
        }
        assert received.header("connection") == "close"
        assert (exchange.status, exchange.ending, exchange.method) == (400, "complete", "")
        assert exchange.body == garbage[:8192]

    async def test_a_good_request_before_it_is_served(self, sandbox: Sandbox) -> None:
        """Garbage behind a request does not spoil the request."""
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request("/v1/models", method="GET"))
            first = await client.read_reply()
            await client.send(b"garbage\r\n\r\n")
            second = await client.read()

        assert (first.status, second.status, second.ending) == (200, 400, "fin")
        assert [e.status for e in sandbox.journal.exchanges()] == [200, 400]

    async def test_an_upgrade_is_declined_and_what_follows_is_served(
        self, sandbox: Sandbox
    ) -> None:
        """A request for a websocket gets an ordinary answer."""
        upgrade = request(
            "/v1/models",
            method="GET",
            headers=(("Connection", "Upgrade"), ("Upgrade", "websocket")),
        )
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(upgrade + request("/v1/models", method="GET"))
            await sandbox.journal.wait_for(lambda seen: len(seen.exchanges()) == 2, LONG_S)
            received = await client.read(0.2)

        assert received.data.count(b"HTTP/1.1 200 OK") == 2


async def test_a_stopped_server_ends_what_is_going_on(sandbox: Sandbox) -> None:
    """An exchange in progress ends as ``server_stopped``; the client sees a close."""
    sandbox.replace_rules(parse_rules([{"fault": {"kind": "hold"}}]))
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat()))
        await sandbox.journal.wait_for(lambda seen: seen.in_flight == 1, LONG_S)
        began = time.monotonic()
        await sandbox.close()
        received = await client.read()

    (exchange,) = sandbox.journal.exchanges()
    assert time.monotonic() - began < 1.0
    assert (exchange.ending, exchange.client_left_ns) == ("server_stopped", None)
    assert received.ending == "fin"
