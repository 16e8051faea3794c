"""Answers that go on, over a real socket, and how they end."""

from __future__ import annotations

import asyncio

from mockserver.control.live import EVENT_TYPE, event
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from tests.mockserver.control.chatting import chat

STREAM = "/_mock/sandboxes/{name}/journal/stream"


class Listener:
    """A raw client of the stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def until(self, wanted: bytes) -> bytes:
        """Read until these bytes have come."""
        async with asyncio.timeout(20):
            return await self.reader.readuntil(wanted)

    async def rest(self) -> bytes:
        """Read to the end."""
        async with asyncio.timeout(20):
            return await self.reader.read()


async def listen(server: MockServer, name: str = "default", version: str = "1.1") -> Listener:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.default.port)
    path = STREAM.format(name=name)
    writer.write(f"GET {path} HTTP/{version}\r\nHost: 127.0.0.1\r\n\r\n".encode())
    listener = Listener(reader, writer)
    head = await listener.until(b"\r\n\r\n")
    assert f"Content-Type: {EVENT_TYPE}\r\n".encode() in head
    return listener


async def until_nobody_follows(server: MockServer) -> None:
    """The stream's end has been noticed."""
    journal = server.default.journal
    async with asyncio.timeout(20):
        while journal._followings:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)


def test_an_event_is_a_line_and_an_empty_one() -> None:
    """With a name where it has one."""
    assert event(b"{}") == b"data: {}\n\n"
    assert event(b"3", "lost") == b"event: lost\ndata: 3\n\n"


async def test_events_are_sent_as_they_come() -> None:
    """In chunks, one for each."""
    async with MockServer() as server:
        listener = await listen(server)
        await chat(server.url)
        size, _, _ = (await listener.until(b"\r\n")).partition(b"\r\n")
        chunk = await listener.reader.readexactly(int(size, 16))
        listener.writer.close()
        await until_nobody_follows(server)

    assert chunk.startswith(b'data: {"seq":1,')
    assert chunk.endswith(b"}\n\n")


async def test_a_client_that_leaves_leaves_nothing_behind() -> None:
    """By a FIN or by an RST."""
    async with MockServer() as server:
        polite, rude = await listen(server), await listen(server)
        await chat(server.url)
        await polite.until(b"data: ")
        polite.writer.close()
        rude.writer.transport.abort()
        await until_nobody_follows(server)


async def test_it_ends_when_the_server_does() -> None:
    """At once, though nothing happens."""
    server = MockServer()
    await server.start()
    listener = await listen(server)
    await server.close()

    assert b"data" not in await listener.rest()
    listener.writer.close()


async def test_it_ends_whole_when_the_sandbox_is_closed() -> None:
    """With the last chunk, so that a client knows it was all; the connection can be used again."""
    async with MockServer() as server:
        await server.open_sandbox(SandboxSettings(name="other"))
        listener = await listen(server, "other")
        await server.close_sandbox("other")
        await listener.until(b"0\r\n\r\n")
        listener.writer.write(b"GET /_mock/healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b"200 OK" in await listener.until(b"\r\n\r\n")
        listener.writer.close()


async def test_an_old_client_gets_no_chunks() -> None:
    """HTTP/1.0 knows none; the close is the end."""
    async with MockServer() as server:
        await server.open_sandbox(SandboxSettings(name="other"))
        listener = await listen(server, "other", "1.0")
        await chat(server.sandbox("other").base_url)
        assert (await listener.until(b"\n\n")).startswith(b'data: {"seq":1,')
        await server.close_sandbox("other")
        assert await listener.rest() == b""
        listener.writer.close()
