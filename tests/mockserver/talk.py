"""One request to a sandbox, and the record of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.mockserver.rawclient import LONG_S, RawClient, Received

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.journal import Exchange
    from mockserver.sandbox import Sandbox
    from mockserver.transport.connection_server import ConnectionServer


async def ask(sandbox: Sandbox, data: bytes) -> Received:
    """Send the bytes of a request over a new connection, and read the reply."""
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(data)
        return await client.read_reply()


async def last(sandbox: Sandbox, number: int = 1) -> Exchange:
    """The exchange of that number, once all have ended."""
    assert await sandbox.journal.wait_for(
        lambda seen: len(seen.exchanges()) >= number and seen.in_flight == 0, LONG_S
    )
    return sandbox.journal.exchanges()[number - 1]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds that nobody announces."""
    async with asyncio.timeout(LONG_S):
        while not condition():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.001)


async def busy(connections: ConnectionServer, number: int = 1) -> None:
    """Wait until so many connections have a request in hand."""
    await until(lambda: sum(not held.idle for held in connections.open_connections()) == number)
