"""What a client may do to the server: it stays up, bounded, and serves the others meanwhile."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.threaded import ThreadedMockServer
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1024 * 1024
RECEIVE_S = 0.5
CONFIG = f"""
[server]
port = 0
[api]
receive_s = {RECEIVE_S}
[replies]
tokens = 20_000
"""


@dataclass(frozen=True)
class Mock:
    """A mock in a process of its own, so that its memory can be told."""

    url: str
    process: psutil.Process

    @property
    def memory_bytes(self) -> int:
        return int(self.process.memory_info().rss)

    async def serves(self) -> bool:
        """Whether a well-behaved client is served now."""
        async with await RawClient.connect(self.url) as client:
            await client.send(request("/v1/models", method="GET"))
            return (await client.read_reply()).status == 200


@pytest.fixture
def mock(tmp_path: Path) -> Iterator[Mock]:
    """A mock that gives a client half a second to send a request."""
    config = tmp_path / "mock.toml"
    config.write_text(CONFIG)
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--config", str(config)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ready "):
            yield Mock(line.split()[1], psutil.Process(process.pid))
            break
    process.terminate()
    process.wait()
    process.stdout.close()


async def test_slow_loris_clients_hold_nothing_up(mock: Mock) -> None:
    """Two hundred heads that never end: others are served, and each is ended in its time."""
    slow = [await RawClient.connect(mock.url) for _ in range(200)]
    for client in slow:
        await client.send(b"POST /v1/chat/request HTTP/1.1\r\nX-Slow: ")
    assert await mock.serves()
    received = await asyncio.gather(*(client.read() for client in slow))

    assert {each.ending for each in received} == {"fin"}
    assert await mock.serves()
    for client in slow:
        client.leave()


async def test_bodies_that_trickle_are_answered_with_408(mock: Mock) -> None:
    """A byte now and then does not buy more time."""
    async with await RawClient.connect(mock.url) as client:
        whole = request(body=chat())
        await client.send(whole[:-60])
        reading = asyncio.create_task(client.read())
        for number in range(60):
            if reading.done():
                break
            await client.send(whole[len(whole) - 60 + number :][:1])
            await asyncio.wait([reading], timeout=RECEIVE_S / 5)
        received = await reading

    assert (received.status, received.ending) == (408, "fin")


async def test_a_body_of_100_mb_is_refused_in_bounded_memory(mock: Mock) -> None:
    """413, however much the client goes on to send."""
    assert await mock.serves()
    before = mock.memory_bytes
    head = b"POST /v1/chat/request HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n"
    async with await RawClient.connect(mock.url) as client:
        await client.send(head)
        sending = asyncio.create_task(send_until_refused(client, 100))
        received = await client.read()
        await sending

    assert received.status == 413
    assert mock.memory_bytes - before < 60 * MIB
    assert await mock.serves()


async def send_until_refused(client: RawClient, mebibytes: int) -> None:
    try:
        for _ in range(mebibytes):
            await client.send(b"x" * MIB)
    except ConnectionError:
        return


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX-Long: " + b"y" * MIB,
        b"GET /" + b"z" * MIB,
        b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 100_000,
    ],
    ids=["header of 1 MB", "request line of 1 MB", "100,000 headers"],
)
async def test_endless_heads_are_refused_in_bounded_memory(mock: Mock, head: bytes) -> None:
    """400 long before the end of it."""
    assert await mock.serves()
    before = mock.memory_bytes
    async with await RawClient.connect(mock.url) as client:
        try:
            await client.send(head)
        except ConnectionError:
            received = None
        else:
            received = await client.read()

    assert received is None or not received.data or received.status == 400
    assert received is None or received.ending in {"fin", "rst"}
    assert mock.memory_bytes - before < 20 * MIB
    assert await mock.serves()


async def test_who_never_reads_costs_no_more_than_the_buffers(mock: Mock) -> None:
    """A long stream waits for its reader; the server does not write it into memory."""
    async with await RawClient.connect(mock.url) as warm:
        await warm.send(request(body=chat(stream=True), headers=(("Connection", "close"),)))
        assert (await warm.read(30)).status == 200
    before = mock.memory_bytes
    clients = [await RawClient.connect(mock.url) for _ in range(3)]
    for client in clients:
        await client.send(request(body=chat(stream=True)))
    assert await mock.serves()
    grown = mock.memory_bytes - before
    for client in clients:
        client.reset()

    assert grown < 100 * MIB
    assert await mock.serves()


async def test_half_open_sockets_hold_nothing_up(mock: Mock) -> None:
    """Clients that connect and are silent, or close their half and stay."""
    silent = [await RawClient.connect(mock.url) for _ in range(300)]
    started_s = time.monotonic()
    assert await mock.serves()

    assert time.monotonic() - started_s < LONG_S
    for client in silent:
        client.leave()


@pytest.fixture(scope="module")
def threaded() -> Iterator[ThreadedMockServer]:
    """A mock for many short visits."""
    with ThreadedMockServer() as server:
        yield server


@settings(max_examples=40)
@given(data=st.binary(min_size=1, max_size=400), request_before=st.booleans())
def test_any_bytes_are_survived(
    threaded: ThreadedMockServer, data: bytes, request_before: bool
) -> None:
    """Alone or behind a good request: answered or closed, and the next client is served."""

    async def visit() -> int:
        async with await RawClient.connect(threaded.url) as client:
            await client.send(
                (request("/v1/models", method="GET") if request_before else b"") + data
            )
            client.shut()
            await client.read()
        async with await RawClient.connect(threaded.url) as client:
            await client.send(request("/v1/models", method="GET"))
            return (await client.read_reply()).status

    assert asyncio.run(visit()) == 200
