"""The wire: limits hold, endings are told apart, nothing is hidden."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import (
    AttemptTimeoutError,
    BadResponseError,
    ConfigError,
    ConnectionFailedError,
    ConnectTimeoutError,
    DeadlineExceededError,
    PawaError,
    TlsError,
)
from scenarios.reference.secrets import Scrubber, Secret
from scenarios.reference.transport import Limits, Reply, Transport
from tests.scenarios.reference.makers import KEY, make_target
from tests.scenarios.reference.rawserver import (
    RawServer,
    Script,
    Wire,
    answers,
    closes,
    holds,
    raw_server,
    resets,
    says,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NEVER = Deadline()


def make_limits(
    head_s: float = 5, body_s: float = 5, idle_s: float = 5, deadline_s: float | None = None
) -> Limits:
    deadline = Deadline.after(deadline_s)
    return Limits(deadline.sooner(head_s), deadline.sooner(body_s), idle_s, deadline)


@asynccontextmanager
async def transport_to(*scripts: Script) -> AsyncIterator[tuple[Transport, RawServer]]:
    async with raw_server(*scripts) as server:
        transport = Transport(Scrubber([Secret(KEY)]), connect_timeout_s=2)
        try:
            yield transport, server
        finally:
            await transport.aclose()


async def post(
    transport: Transport, server: RawServer, body: bytes = b"{}", limits: Limits | None = None
) -> Reply:
    target = make_target(server.base_url)
    return await transport.post(target, "/chat/request", body, limits or make_limits())


async def read(transport: Transport, server: RawServer, limits: Limits | None = None) -> bytes:
    """Posts and reads the whole body."""
    reply = await post(transport, server, limits=limits)
    try:
        return await reply.read_whole()
    finally:
        reply.close()


async def test_request_on_the_wire() -> None:
    """The key stands in the Authorization header and nowhere else; the body has its length."""
    async with transport_to(says()) as (transport, server):
        (await post(transport, server, b'{"a":1}')).close()

    request = server.requests[0]
    assert request.path == "/v1/chat/request"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.raw_head.decode().count(KEY) == 1
    assert (request.body, request.headers["content-length"]) == (b'{"a":1}', "7")
    assert request.headers["content-type"] == "application/json"


async def test_large_bodies() -> None:
    """A body of 5 MB goes out whole, with its length, and without a warning."""
    body = b"x" * 5_000_000
    async with transport_to(says()) as (transport, server):
        for _ in range(2):
            (await post(transport, server, body)).close()

    assert [request.body == body for request in server.requests] == [True, True]
    assert {request.headers["content-length"] for request in server.requests} == {"5000000"}


async def test_connections_are_used_again() -> None:
    """After a whole answer the connection is used again; after half a one it is not."""

    async def half(wire: Wire) -> None:
        await wire.head(Content_Length="10")
        await wire.send(b"half")
        await wire.until_client_leaves()

    async with transport_to(says(), says(), half, says()) as (transport, server):
        await read(transport, server)
        await read(transport, server)
        (await post(transport, server)).close()
        await read(transport, server)

        assert [request.connection for request in server.requests] == [1, 1, 1, 2]


@pytest.mark.parametrize("script", [resets, closes])
async def test_break_before_the_head(script: Script) -> None:
    """A reset or close before the head is a failed connection; the work may have been done."""
    async with transport_to(script) as (transport, server):
        with pytest.raises(ConnectionFailedError) as caught:
            await post(transport, server)

    assert caught.value.ambiguous
    assert len(server.requests) == 1


async def test_nothing_is_repeated_on_a_dead_connection() -> None:
    """A pooled connection that dies under a request fails that attempt; nothing is resent."""
    async with transport_to(says(), closes, says()) as (transport, server):
        await read(transport, server)
        with pytest.raises(ConnectionFailedError):
            await read(transport, server)

        assert len(server.requests) == 2


async def test_refused() -> None:
    """A refused connection is told as such, and no work can have been done."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        target = make_target(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
    transport = Transport(Scrubber(), connect_timeout_s=2)

    with pytest.raises(ConnectionFailedError, match="no connection") as caught:
        await transport.post(target, "/x", b"{}", make_limits())

    assert not caught.value.ambiguous
    await transport.aclose()


async def test_connect_timeout() -> None:
    """A connection that never comes about is given up at the connect limit."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        transport = Transport(Scrubber(), connect_timeout_s=0.2)
        target = make_target(f"http://127.0.0.1:{full.getsockname()[1]}/v1")
        began_s = time.monotonic()

        with pytest.raises(ConnectTimeoutError):
            await transport.post(target, "/x", b"{}", make_limits())

        assert 0.19 < time.monotonic() - began_s < 2
        await transport.aclose()
        for filler in fillers:
            filler.close()


async def test_silent_server() -> None:
    """A server that stays silent is abandoned at the limit, and the connection closed."""
    left: list[float] = []

    async def script(wire: Wire) -> None:
        left.append(await wire.until_client_leaves())

    async with transport_to(script) as (transport, server):
        began_s = time.monotonic()
        with pytest.raises(AttemptTimeoutError) as caught:
            await post(transport, server, limits=make_limits(head_s=0.2))
        assert await server.all_closed()

    assert caught.value.ambiguous
    assert 0.19 < left[0] - began_s < 1.2


async def test_deadline_before_the_head() -> None:
    """When it is the caller's deadline that ends the wait, the error says so."""
    async with transport_to(holds) as (transport, server):
        with pytest.raises(DeadlineExceededError):
            await post(transport, server, limits=make_limits(deadline_s=0.1))


async def test_drip() -> None:
    """A limit on the whole body holds while bytes keep trickling."""

    async def script(wire: Wire) -> None:
        await wire.head(Content_Length="1000")
        for _ in range(100):
            await wire.send(b"x")
            await asyncio.sleep(0.02)

    async with transport_to(script) as (transport, server):
        for limit, kind in (
            ({"body_s": 0.3}, AttemptTimeoutError),
            ({"deadline_s": 0.3}, DeadlineExceededError),
        ):
            began_s = time.monotonic()
            with pytest.raises(PawaError) as caught:
                await read(transport, server, make_limits(**limit))
            assert type(caught.value) is kind
            assert 0.29 < time.monotonic() - began_s < 1.3


async def test_silence_in_the_body() -> None:
    """A body that goes quiet is cut at the idle limit, headers or not."""

    async def script(wire: Wire) -> None:
        await wire.head(Content_Length="10")
        await wire.send(b"half")
        await wire.until_client_leaves()

    async with transport_to(script) as (transport, server):
        with pytest.raises(AttemptTimeoutError, match="silent"):
            await read(transport, server, make_limits(idle_s=0.1))


async def cut_short(wire: Wire) -> None:
    await wire.head(Content_Length="20")
    await wire.send(b"12345")
    wire.fin()


async def no_last_chunk(wire: Wire) -> None:
    await wire.head(Transfer_Encoding="chunked")
    await wire.chunk(b"12345")
    wire.fin()


async def broken_chunk(wire: Wire) -> None:
    await wire.head(Transfer_Encoding="chunked")
    await wire.send(b"zz\r\n12345\r\n")
    await wire.until_client_leaves()


async def reset_inside(wire: Wire) -> None:
    await wire.head(Content_Length="10000")
    await wire.send(b"x" * 5000)
    await wire.rst()


@pytest.mark.parametrize("script", [cut_short, no_last_chunk, broken_chunk, reset_inside])
async def test_broken_bodies(script: Script) -> None:
    """A body that ends too early is an error, however it ends; never a short success."""
    async with transport_to(script) as (transport, server):
        for _ in range(5):
            with pytest.raises(ConnectionFailedError) as caught:
                await read(transport, server)
            assert caught.value.ambiguous


@pytest.mark.parametrize("script", [reset_inside, cut_short, no_last_chunk])
async def test_what_came_before_a_break(script: Script) -> None:
    """Bytes that arrived before the break are given out first, even to a late reader."""
    async with transport_to(script) as (transport, server):
        reply = await post(transport, server)
        await server.all_closed()
        await asyncio.sleep(0.05)

        assert await reply.read() in (b"x" * 5000, b"12345")
        with pytest.raises(ConnectionFailedError):
            await reply.read()
        reply.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n",
        b"\0\0\0",
    ],
)
async def test_not_http(garbage: bytes) -> None:
    """What is no HTTP is a failed connection, and that connection is not used again."""

    async def script(wire: Wire) -> None:
        await wire.send(garbage)
        wire.fin()

    async with transport_to(script, says()) as (transport, server):
        with pytest.raises(ConnectionFailedError):
            await read(transport, server)
        await read(transport, server)

        assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize("status", [299, 302, 471, 599, 800, 999])
async def test_odd_statuses(status: int) -> None:
    """Any three-digit status comes through as it is, and redirects are not followed."""
    async with transport_to(answers(b"{}", status, Location="/elsewhere")) as (transport, server):
        reply = await post(transport, server)
        assert reply.status == status
        reply.close()

    assert len(server.requests) == 1


async def test_interim_answers() -> None:
    """Interim answers are skipped."""

    async def script(wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n")
        await answers(b"{}")(wire)

    async with transport_to(script) as (transport, server):
        assert await read(transport, server) == b"{}"


async def test_no_body() -> None:
    """204 has no body and does not hang."""

    async def script(wire: Wire) -> None:
        await wire.head(204)

    async with transport_to(script) as (transport, server):
        assert await read(transport, server) == b""


async def test_too_long_bodies() -> None:
    """A body without end hits a bound."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        while True:
            await wire.chunk(b"x" * 65536)

    async with transport_to(script) as (transport, server):
        reply = await post(transport, server)
        with pytest.raises(BadResponseError, match="longer than"):
            await reply.read_whole(largest=300_000)
        reply.close()


async def test_complaints_come_quickly_or_not_at_all() -> None:
    """Of a failed answer's body, what came before a break or bound is enough."""
    async with transport_to(cut_short) as (transport, server):
        reply = await post(transport, server)
        assert await reply.read_complaint() == b"12345"
        reply.close()


async def test_request_id() -> None:
    """The server's request id is read from the usual headers."""
    async with transport_to(says(X_Request_Id="r1"), says(Request_Id="r2"), says()) as (
        transport,
        server,
    ):
        ids = []
        for _ in range(3):
            reply = await post(transport, server)
            ids.append(reply.request_id)
            reply.close()

    assert ids == ["r1", "r2", None]


async def test_plain_text_where_tls_belongs() -> None:
    """A failed handshake is an error of its own kind, and not a transient one."""

    async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = Transport(Scrubber(), connect_timeout_s=2)

    with pytest.raises(TlsError) as caught:
        await transport.post(make_target(f"https://127.0.0.1:{port}"), "/x", b"{}", make_limits())

    assert not caught.value.transient
    await transport.aclose()
    server.close()


def test_missing_ca_file() -> None:
    """A CA file that cannot be read is told when the client is made."""
    with pytest.raises(ConfigError, match="ca_file"):
        Transport(Scrubber(), connect_timeout_s=1, ca_file="/nowhere/ca.pem")


async def test_cancelled_requests() -> None:
    """A cancelled request closes its connection at once, before the head and inside the body."""

    async def half(wire: Wire) -> None:
        await wire.head(Content_Length="10")
        await wire.send(b"half")
        await wire.until_client_leaves()

    for script in (holds, half):
        async with transport_to(script) as (transport, server):
            task = asyncio.create_task(read(transport, server))
            assert await server.has_requests()
            await asyncio.sleep(0.02)
            cancelled_s = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert await server.all_closed()
            assert time.monotonic() - cancelled_s < 1
