"""What only a socket can be asked, of two that are connected."""

from __future__ import annotations

import asyncio
import socket

import pytest

from mockserver.transport.sockets import outgoing, reset_on_close, unsent
from tests.mockserver.rawclient import RawClient


async def connected() -> tuple[asyncio.Transport, RawClient]:
    """A transport, and the client on its other side."""
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        client = await RawClient.connect(f"http://127.0.0.1:{listener.getsockname()[1]}")
        accepted, _ = listener.accept()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=accepted)
    assert isinstance(transport, asyncio.Transport)
    return transport, client


async def test_what_nobody_takes_is_still_to_leave() -> None:
    """Bytes stay in the send queue while the other side reads nothing."""
    transport, client = await connected()
    async with client:
        assert outgoing(transport) == 0
        transport.write(b"x" * 20_000_000)
        assert outgoing(transport) > 0
        transport.abort()


async def test_all_that_was_written_is_unsent_until_it_is_taken() -> None:
    """In the socket's queue and in the buffers before it."""
    transport, client = await connected()
    async with client:
        transport.write(b"x" * 20_000_000)
        assert unsent(transport) > outgoing(transport) > 0
        assert unsent(transport, transport) > unsent(transport)
        transport.abort()
    assert unsent(None) == 0


async def test_a_closed_socket_has_nothing_to_send() -> None:
    """It cannot be asked any more, which is no error."""
    transport, client = await connected()
    async with client:
        transport.close()
        await asyncio.sleep(0)
        assert outgoing(transport) == 0


@pytest.mark.parametrize(("armed", "ending"), [(True, "rst"), (False, "fin")])
async def test_a_close_is_a_reset_when_it_is_to_be(armed: bool, ending: str) -> None:
    """The other side is told so by the kernel."""
    transport, client = await connected()
    async with client:
        if armed:
            reset_on_close(transport)
        transport.abort()
        assert (await client.read()).ending == ending
