"""A server with nothing behind it: every request is answered with one given delivery."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from mockserver.clock import RealClock
from mockserver.exchange import OpenExchange
from mockserver.journal import Journal
from mockserver.secrets import SecretMask
from mockserver.transport.connection_server import ConnectionServer
from mockserver.transport.intake import Intake, take_in
from mockserver.transport.listener import Listener
from mockserver.transport.wire import Channel, deliver

if TYPE_CHECKING:
    from mockserver.delivery import Delivery
    from mockserver.journal import Exchange
    from mockserver.transport.connections import Connection
    from mockserver.transport.incoming import Incoming


class OneWire:
    """Connections, intake and wire, without sandbox, API and faults."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.journal = Journal("one-wire", SecretMask())
        self.taken: list[Intake] = []
        self.connections = ConnectionServer(self._serve, self.journal)
        self._listener = Listener("127.0.0.1", 0, self.connections)

    async def __aenter__(self) -> Self:
        await self._listener.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.close()
        await self.connections.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.port}"

    async def exchange(self, number: int = 1) -> Exchange:
        """The exchange of that number, once it has ended."""
        assert await self.journal.wait_for(
            lambda journal: len(_ended(journal)) >= number, timeout_s=5
        )
        return _ended(self.journal)[number - 1]

    async def _serve(self, incoming: Incoming, connection: Connection) -> bool:
        intake = take_in(incoming, connection, 1_000_000)
        if not isinstance(intake, Intake):
            intake = await intake
        self.taken.append(intake)
        exchange = open_exchange(intake, connection.record.id)
        self.journal.opened(exchange)
        channel = Channel(
            connection, exchange, self.journal, intake.keep_alive, http_10=intake.http_10
        )
        waiting = deliver(self.delivery, channel, RealClock())
        if waiting is not None:
            await waiting
        self.journal.closed(exchange)
        return channel.keep_alive


def _ended(journal: Journal) -> list[Exchange]:
    return [exchange for exchange in journal.exchanges() if exchange.ended_ns is not None]


def open_exchange(
    intake: Intake | None = None, connection: int = 1, **given: object
) -> OpenExchange:
    """An open exchange as a visit would open it; ``given`` fields take the place of defaults."""
    now = time.monotonic_ns()
    fields: dict[str, object] = {
        "sandbox": "one-wire",
        "connection": connection,
        "ordinal": 1,
        "first_byte_in_ns": intake.arrival.first_byte_ns if intake else now,
        "headers_in_ns": intake.arrival.headers_ns if intake else now,
        "body_in_ns": intake.body_in_ns if intake else now,
        "wall": time.time(),
        "method": intake.method if intake else "POST",
        "path": intake.path if intake else "/v1/chat/request",
        "query": intake.query if intake else "",
        "headers": intake.headers if intake else (),
        "body": intake.body if intake else b"",
        "request_id": "req-1",
    }
    return OpenExchange(**(fields | given))  # type: ignore[arg-type]
