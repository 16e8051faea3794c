"""A listener goes away for real and comes back on its port."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from mockserver.errors import CannotListenError, PortInUse
from mockserver.transport.listener import Listener, url_host
from tests.mockserver.rawclient import RawClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    opened = Listener("127.0.0.1", 0, asyncio.Protocol)
    await opened.open()
    yield opened
    await opened.close()


def url(listener: Listener) -> str:
    return f"http://127.0.0.1:{listener.port}"


async def connects(listener: Listener) -> bool:
    try:
        client = await RawClient.connect(url(listener))
    except ConnectionRefusedError:
        return False
    client.leave()
    return True


async def test_port_0_takes_a_free_one(listener: Listener) -> None:
    """The real port is known once it listens."""
    assert listener.port > 0
    assert await connects(listener)


async def test_while_it_refuses_connections_are_refused(listener: Listener) -> None:
    """The kernel itself says no, and yes again afterwards, on the same port."""
    port = listener.port

    listener.refuse()
    assert not await connects(listener)
    assert not listener.listening

    listener.accept_again()
    assert await connects(listener)
    assert listener.port == port


async def test_the_port_is_not_free_meanwhile(listener: Listener) -> None:
    """The port stays bound while nobody listens."""
    listener.refuse()

    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", listener.port))


async def test_refusing_and_accepting_twice_is_harmless(listener: Listener) -> None:
    """Each says how it is to be, not what is to change."""
    listener.refuse()
    listener.refuse()
    listener.accept_again()
    listener.accept_again()

    assert await connects(listener)


async def test_it_can_be_closed_while_it_refuses() -> None:
    """The reserved port is given back."""
    one = Listener("127.0.0.1", 0, asyncio.Protocol)
    await one.open()
    one.refuse()
    await one.close()

    other = Listener("127.0.0.1", one.port, asyncio.Protocol)
    await other.open()
    await other.close()


async def test_a_port_in_use_is_told_in_one_line(listener: Listener) -> None:
    """The message names the address and the mend."""
    with pytest.raises(PortInUse, match=f"127.0.0.1:{listener.port}: the port is in use") as caught:
        await Listener("127.0.0.1", listener.port, asyncio.Protocol).open()

    assert "\n" not in str(caught.value)


async def test_an_address_of_another_machine_is_told_in_one_line() -> None:
    """TEST-NET-1 (RFC 5737) is nobody's."""
    with pytest.raises(CannotListenError, match=r"cannot listen on 192\.0\.2\.1:0"):
        await Listener("192.0.2.1", 0, asyncio.Protocol).open()


async def test_a_burst_of_clients_finds_room(listener: Listener) -> None:
    """Hundreds may connect before the loop accepts the first."""
    socks = [socket.socket() for _ in range(300)]
    try:
        for sock in socks:
            sock.settimeout(0.5)
            sock.connect(("127.0.0.1", listener.port))
    finally:
        for sock in socks:
            sock.close()


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
    ],
)
def test_hosts_are_written_so_that_a_url_reaches_them(host: str, written: str) -> None:
    """What is listened on is not always what can be connected to."""
    assert url_host(host) == written
