"""The append-only record of what a sandbox saw and did: its connections and exchanges.

What is handed out is frozen and holds no secret. Memory is bounded: the oldest closed records give
way to new ones, are counted in :attr:`Journal.dropped`, and go to the overflow file where there is
one. Exchanges in progress are never dropped. All times are ``time.monotonic_ns()``.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import orjson

from mockserver.exchange import OpenConnection, OpenExchange
from mockserver.records import Connection, Exchange, Note, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mockserver.exchange import Packed
    from mockserver.records import JsonPlain
    from mockserver.secrets import SecretMask


__all__ = ["Connection", "Exchange", "Following", "Journal", "Note", "Sent", "to_json_line"]

NOTES_KEPT = 10_000
"""Notes that are kept; older ones give way."""

FOLLOWED_AT_MOST = 10_000
"""Exchanges that wait for one who follows; when there are more, the oldest are lost to it."""

_FIELDS = frozenset(field.name for field in fields(Exchange))


@dataclass(slots=True, eq=False)
class Following:
    """The exchanges that have ended and that one who follows has not taken yet.

    ``lost`` counts those that it was too slow for; :attr:`Journal.dropped` knows nothing of them.
    """

    lost: int = 0
    waiting: deque[Packed] = field(default_factory=deque)

    def add(self, packed: Packed) -> None:
        """One more has ended."""
        if len(self.waiting) >= FOLLOWED_AT_MOST:
            self.waiting.popleft()
            self.lost += 1
        self.waiting.append(packed)


class Journal:
    """The records of one sandbox. Written on the server's loop, readable from any thread."""

    def __init__(
        self,
        sandbox: str,
        mask: SecretMask,
        *,
        max_exchanges: int = 20_000,
        overflow: Path | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.mask = mask
        self.dropped = 0
        """Exchanges that gave way to newer ones."""
        self.dropped_connections = 0
        """Connections that gave way to newer ones."""
        self._max = max_exchanges
        self._overflow = overflow
        self._exchanges_seen = 0
        self._connections_seen = 0
        self._open: dict[int, OpenExchange] = {}
        self._closed: deque[tuple[int, Packed]] = deque()
        self._read: dict[int, Exchange] = {}
        self._read_with = mask
        self._live: dict[int, OpenConnection] = {}
        self._ended: deque[OpenConnection] = deque()
        self._notes: deque[Note] = deque(maxlen=NOTES_KEPT)
        self._waiters: set[asyncio.Future[None]] = set()
        self._followings: list[Following] = []

    @property
    def in_flight(self) -> int:
        """How many exchanges are open."""
        return len(self._open)

    def exchanges(
        self, *, token: str | None = None, path: str | None = None, **equal: object
    ) -> tuple[Exchange, ...]:
        """The exchanges in order of arrival, those in progress included.

        ``token`` asks for those that carry that call token anywhere; every other argument names a
        field of :class:`Exchange` and the value that it must have. Raises TypeError for a name that
        is no field.
        """
        unknown = sorted(set(equal) - _FIELDS)
        if unknown:
            raise TypeError(f"an exchange has no {unknown[0]!r}; its fields are those of Exchange")
        if path is not None:
            equal["path"] = path
        return tuple(
            record
            for record in self._records()
            if (token is None or token == record.token or token in record.tokens)
            and all(getattr(record, name) == value for name, value in equal.items())
        )

    def _records(self) -> list[Exchange]:
        """Every record in order of arrival; those of closed exchanges are made only once."""
        if self._read_with is not self.mask:
            self._read, self._read_with = {}, self.mask
        still_open = list(self._open.copy().values())
        records = [self._read.get(seq) or self._unpack(seq, it) for seq, it in self._closed.copy()]
        known = {record.seq for record in records}
        records += [one.record(self.mask) for one in still_open if one.seq not in known]
        return sorted(records, key=lambda record: record.seq)

    def _unpack(self, seq: int, packed: Packed) -> Exchange:
        record = OpenExchange.unpacked(packed).record(self.mask)
        self._read[seq] = record
        return record

    def connections(self) -> tuple[Connection, ...]:
        """The connections in order of acceptance, open ones included."""
        held = (*self._ended.copy(), *self._live.copy().values())
        return tuple(sorted((connection.record() for connection in held), key=lambda c: c.id))

    async def wait_for(self, predicate: Callable[[Journal], bool], timeout_s: float) -> bool:
        """Wait until ``predicate`` of this journal holds; whether it did within ``timeout_s``.

        It is asked again at every change: a connection, an exchange, a write, an end. May be
        awaited on any event loop.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            change: asyncio.Future[None] = loop.create_future()
            # Registered before asking, so that a change in between is not missed.
            self._waiters.add(change)
            try:
                if predicate(self):
                    return True
                async with asyncio.timeout_at(deadline):
                    await change
            except TimeoutError:
                return predicate(self)
            finally:
                self._waiters.discard(change)

    @contextmanager
    def following(self) -> Iterator[Following]:
        """The exchanges that end while the block runs, in the order of their ends."""
        following = Following()
        self._followings.append(following)
        try:
            yield following
        finally:
            self._followings.remove(following)

    def taken(self, following: Following) -> Exchange:
        """The next exchange for one who follows, out of its waiting ones."""
        return OpenExchange.unpacked(following.waiting.popleft()).record(self.mask)

    def clear(self) -> None:
        """Forget everything, also what is still in progress; numbering goes on."""
        self._open.clear()
        self._closed.clear()
        self._read.clear()
        self._ended.clear()
        self._notes.clear()
        self.dropped = self.dropped_connections = 0
        self.changed()

    def note(self, kind: str, **detail: JsonPlain) -> None:
        """Note something that happened beside the exchanges."""
        told = {name: self._masked(value) for name, value in detail.items()}
        self._notes.append(Note(time.monotonic_ns(), time.time(), self.sandbox, kind, told))
        self.changed()

    def _masked(self, value: JsonPlain) -> JsonPlain:
        return self.mask.mask_text(value) if isinstance(value, str) else value

    def notes(self, kind: str | None = None) -> tuple[Note, ...]:
        """What was noted, oldest first; only one kind when asked."""
        return tuple(note for note in self._notes.copy() if kind in (None, note.kind))

    def accepted(self) -> OpenConnection:
        """A connection was accepted; it gets its number here."""
        self._connections_seen += 1
        connection = OpenConnection(self._connections_seen, self.sandbox, time.monotonic_ns())
        self._live[connection.id] = connection
        self.changed()
        return connection

    def disconnected(self, connection: OpenConnection) -> None:
        """A connection has ended."""
        if self._live.pop(connection.id, None) is not None:
            self._ended.append(connection)
            if len(self._ended) > self._max:
                self._ended.popleft()
                self.dropped_connections += 1
        self.changed()

    def opened(self, exchange: OpenExchange) -> None:
        """An exchange has begun; it gets its number here."""
        self._exchanges_seen += 1
        exchange.seq = self._exchanges_seen
        self._open[exchange.seq] = exchange
        exchange.in_flight = len(self._open)
        self.changed()

    def closed(self, exchange: OpenExchange) -> None:
        """An exchange has ended."""
        if self._open.pop(exchange.seq, None) is not None:
            packed = exchange.packed()
            self._closed.append((exchange.seq, packed))
            for following in self._followings:
                following.add(packed)
            if len(self._closed) > self._max:
                self._drop(*self._closed.popleft())
        self.changed()

    def changed(self) -> None:
        """Something that a waiter may wait for has happened."""
        if self._waiters:
            for waiter in tuple(self._waiters):
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)

    def _drop(self, seq: int, packed: Packed) -> None:
        self.dropped += 1
        if self._overflow is not None:
            record = self._read.get(seq) or self._unpack(seq, packed)
            with self._overflow.open("ab") as lines:
                lines.write(to_json_line(record))
        self._read.pop(seq, None)


def to_json_line(exchange: Exchange) -> bytes:
    """An exchange as one line of JSON; bytes are text with replacement characters."""
    return orjson.dumps(
        exchange,
        default=lambda value: value.decode("utf-8", "replace"),
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
