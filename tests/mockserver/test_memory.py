"""What a journalled exchange costs, beyond the bytes of request and answer that it keeps."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import TYPE_CHECKING

from tests.mockserver.rawclient import chat, request

if TYPE_CHECKING:
    from tests.mockserver.conftest import OpenSandbox

EXCHANGES = 1_000
MOST_BYTES = 1024


class Sink(asyncio.Transport):
    """A client that takes everything and keeps nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.taken += len(data)

    def is_closing(self) -> bool:
        return False

    def abort(self) -> None:
        """There is nothing to end."""

    close = pause_reading = resume_reading = abort


async def test_an_exchange_costs_less_than_a_kibibyte(open_sandbox: OpenSandbox) -> None:
    """With a limit and a budget on; every request is a call of its own."""
    sandbox = await open_sandbox(
        rate_limit={"requests_per_minute": 1_000_000}, budget={"limit_units": 1e9}
    )
    connection, client = sandbox.connections(), Sink()
    connection.connection_made(client)
    asked = [request(body=chat(f"call-{n:012x} Habari")) for n in range(2 * EXCHANGES)]
    for data in asked[:EXCHANGES]:
        connection.data_received(data)
    taken = client.taken
    tracemalloc.start()
    for data in asked[EXCHANGES:]:
        connection.data_received(data)
    traces = tracemalloc.take_snapshot().filter_traces(
        [tracemalloc.Filter(True, f"*/mockserver/{name}.py") for name in ("exchange", "journal")]
    )
    tracemalloc.stop()
    connection.connection_lost(None)

    grown = sum(each.size for each in traces.statistics("filename"))
    bodies = sum(len(data.partition(b"\r\n\r\n")[2]) for data in asked[EXCHANGES:])
    assert len(sandbox.journal.exchanges()) == 2 * EXCHANGES
    assert bodies < grown
    assert (grown - bodies - (client.taken - taken)) / EXCHANGES < MOST_BYTES
