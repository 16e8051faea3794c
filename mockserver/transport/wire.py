"""The one writer of replies, healthy and faulty: carries a delivery out, byte for byte.

The head is serialised here. What is due at the same moment is written on the connection's
transport in one write: head and body of a JSON reply, all chunks of a stream without pauses. A cut
comes after what was written before it has left the socket.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING

from mockserver.answer import Ending, EventKind
from mockserver.delivery import Framing
from mockserver.exchange import CLIENT_LEFT, SERVER_STOPPED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockserver.answer import Gate
    from mockserver.clock import Clock
    from mockserver.delivery import Delivery, HeadPace, Piece
    from mockserver.exchange import OpenExchange, Part
    from mockserver.holds import Holds
    from mockserver.journal import Journal
    from mockserver.transport.connections import Connection

LAST_CHUNK = b"0\r\n\r\n"

FAIR_SHARE = 64
MOST_AT_ONCE = 64 * 1024
"""After so many parts, or bytes, what is due is written and others on the loop get their turn."""


@dataclass(slots=True)
class Channel:
    """Where a delivery goes: a connection, and the exchange that keeps the record.

    ``keep_alive`` says before the delivery whether the client and the server want to go on, and
    after it whether the connection can. ``at_end`` turns True when the ending begins. ``holds`` has
    the gates that a delivery may speak of. ``before_rest``, where it is set, is called whenever the
    delivery is about to wait: a reply that waits may never come any further.
    """

    connection: Connection
    exchange: OpenExchange
    journal: Journal
    keep_alive: bool = True
    http_10: bool = False
    at_end: bool = False
    holds: Holds | None = None
    before_rest: Callable[[], None] | None = None

    async def write(self, parts: list[Part]) -> bool:
        """One write of some parts, noted in the exchange; False when the connection is over."""
        if self.connection.over:
            return False
        return self.write_now(parts) or await self.drain()

    def write_now(self, parts: list[Part]) -> bool:
        """One write, noted in the exchange; False when the client has to take some of it first."""
        data = b"".join([data for _, data, _ in parts])
        self.exchange.wrote(time.monotonic_ns(), parts, data)
        going_on = self.connection.write_now(data)
        self.journal.changed()
        return going_on

    async def drain(self) -> bool:
        """Wait while the client is slow to read; False when the connection is over."""
        return await self.connection.drain()

    async def rest(self, seconds: float, clock: Clock) -> bool:
        """A pause, be it only so long that others get their turn; False when it is over."""
        if seconds > 0:
            if self.before_rest is not None:
                self.before_rest()
            return await self.connection.pause(seconds, clock)
        await asyncio.sleep(0)
        return not self.connection.over

    async def pass_gates(self, gates: tuple[Gate, ...], clock: Clock) -> bool:
        """Wait at each gate until it lets go or its time is up; False when it is over."""
        holds = self.holds
        if holds is None:
            return not self.connection.over
        for gate in gates:
            if self.before_rest is not None:
                self.before_rest()
            parked = holds.park(gate.name)
            try:
                if not await self.connection.pause(gate.limit_s, clock, until=parked):
                    return False
            finally:
                holds.leave(gate.name, parked)
        return not self.connection.over


def deliver(delivery: Delivery, channel: Channel, clock: Clock) -> Awaitable[None] | None:
    """Carry out a delivery and close its exchange's account of it: what was sent, how it ended.

    One without any pause is written at once; for every other there is something to await. A client
    that leaves ends it at once, also in the middle of a pause.
    """
    if not _is_plain(delivery) or channel.connection.over:
        return _deliver_in_time(delivery, channel, clock)
    channel.exchange.status = delivery.status
    parts = _parts(delivery, head_bytes(delivery, channel, clock), channel)
    if not channel.write_now(parts):
        return _finish_in_time(delivery, channel)
    _complete(delivery, channel)
    _account(delivery, channel, finished=True)
    return None


def _is_plain(delivery: Delivery) -> bool:
    """Whether a delivery is one write and nothing else."""
    if (
        delivery.hold_s > 0
        or delivery.extras is not None
        or delivery.ending is not Ending.COMPLETE
        or not delivery.send_head
        or len(delivery.pieces) >= FAIR_SHARE
    ):
        return False
    waiting = 0
    for piece in delivery.pieces:
        if piece.delay_s > 0 or piece.gates:
            return False
        waiting += len(piece.data)
    return waiting <= MOST_AT_ONCE


async def _finish_in_time(delivery: Delivery, channel: Channel) -> None:
    """Wait until the client has taken enough of a plain delivery that was too much at once."""
    finished = await channel.drain()
    if finished:
        _complete(delivery, channel)
    _account(delivery, channel, finished=finished)


def _parts(delivery: Delivery, head: bytes, channel: Channel) -> list[Part]:
    """Head and body of a plain delivery, each part as it goes out."""
    chunked = delivery.framing is Framing.CHUNKED and not channel.http_10
    parts: list[Part] = [("head", head, 0)]
    for piece in delivery.pieces:
        data = piece.data
        if data:
            length = len(data)
            sent = b"%x\r\n%b\r\n" % (length, data) if chunked else data
            parts.append((_kind(piece), sent, length))
    if chunked:
        parts.append((EventKind.RAW.value, LAST_CHUNK, 0))
    return parts


async def _deliver_in_time(delivery: Delivery, channel: Channel, clock: Clock) -> None:
    finished = await _send(delivery, channel, clock) and await _end(delivery, channel, clock)
    _account(delivery, channel, finished=finished)


def _account(delivery: Delivery, channel: Channel, *, finished: bool) -> None:
    """Close the exchange's account: it came to the planned ending, or the connection was over."""
    if finished:
        channel.exchange.end(delivery.ending.value, time.monotonic_ns())
    else:
        note_departure(channel)


def note_departure(channel: Channel) -> None:
    """Close the account of an exchange whose connection was over before its planned ending."""
    connection, exchange = channel.connection, channel.exchange
    channel.keep_alive = False
    exchange.client_left_ns, exchange.client_left_how = connection.left_ns, connection.left_how
    left = connection.left_ns is not None
    exchange.end(CLIENT_LEFT if left else SERVER_STOPPED, time.monotonic_ns())


async def _send(delivery: Delivery, channel: Channel, clock: Clock) -> bool:
    """Write head and pieces; False when the connection is over before all is written."""
    extras = delivery.extras
    if extras is not None and not await _send_interim(extras.interim, channel, clock):
        return False
    if delivery.hold_s > 0 and not await channel.rest(delivery.hold_s, clock):
        return False
    if extras is not None and not await channel.pass_gates(extras.gates, clock):
        return False
    if not delivery.send_head:
        return not channel.connection.over
    channel.exchange.status = delivery.status
    if extras is not None and extras.closing == "announced":
        channel.keep_alive = False
    head = head_bytes(delivery, channel, clock)
    if extras is not None and extras.head_pace is not None:
        return await _trickle(head, extras.head_pace, channel, clock) and await _send_body(
            delivery, b"", channel, clock
        )
    return await _send_body(delivery, head, channel, clock)


async def _send_interim(interim: tuple[Piece, ...], channel: Channel, clock: Clock) -> bool:
    """Write 1xx responses; not to HTTP/1.0, which knows none (RFC 9110 section 15.2)."""
    for piece in () if channel.http_10 else interim:
        if not await channel.rest(piece.delay_s, clock):
            return False
        if not await channel.write([("head", piece.data, 0)]):
            return False
    return not channel.connection.over


async def _trickle(head: bytes, pace: HeadPace, channel: Channel, clock: Clock) -> bool:
    """Write the head in small parts with a pause between every two."""
    step = head.splitlines(keepends=True) if pace.by == "line" else [bytes([b]) for b in head]
    for number, part in enumerate(step):
        if number and not await channel.rest(pace.interval_s, clock):
            return False
        if not await channel.write([("head", part, 0)]):
            return False
    return True


async def _send_body(delivery: Delivery, head: bytes, channel: Channel, clock: Clock) -> bool:
    """Write the head (unless it is out already) and the body, what is due at once together."""
    chunked = delivery.framing is Framing.CHUNKED and not channel.http_10
    last = len(delivery.pieces) - 1
    parts: list[Part] = [("head", head, 0)] if head else []
    waiting = len(head)
    for number, piece in enumerate(delivery.pieces):
        if piece.delay_s > 0 or waiting > MOST_AT_ONCE or len(parts) >= FAIR_SHARE or piece.gates:
            if parts and not await channel.write(parts):
                return False
            parts, waiting = [], 0
            if not await channel.rest(piece.delay_s, clock):
                return False
            if piece.gates and not await channel.pass_gates(piece.gates, clock):
                return False
        tail = delivery.tail if number == last else 0
        data = _chunk(piece.data, tail) if chunked else piece.data
        if data:
            parts.append((_kind(piece), data, len(piece.data)))
            waiting += len(data)
    if delivery.ending is Ending.COMPLETE:
        if chunked:
            parts.append((EventKind.RAW.value, LAST_CHUNK, 0))
        if delivery.extras is not None and delivery.extras.surplus:
            parts.append((EventKind.RAW.value, delivery.extras.surplus, 0))
    return await channel.write(parts) if parts else not channel.connection.over


async def _end(delivery: Delivery, channel: Channel, clock: Clock) -> bool:
    """End as the delivery says; False when the connection was over before the ending."""
    ending, connection, extras = delivery.ending, channel.connection, delivery.extras
    if ending is Ending.COMPLETE:
        _complete(delivery, channel)
        if extras is not None and extras.next_request is not None:
            connection.end_on_next = extras.next_request
        return True
    channel.at_end, channel.keep_alive = True, False
    if ending is Ending.OPEN:
        if extras is not None and extras.deaf_s is not None:
            connection.deaf_s = extras.deaf_s
        if channel.before_rest is not None:
            channel.before_rest()
        if not await connection.pause(delivery.open_s, clock):
            return False
        connection.finish()
        return True
    if not await connection.flush():
        return False
    if ending is Ending.RST:
        connection.reset()
    else:
        connection.finish()
    return True


def _complete(delivery: Delivery, channel: Channel) -> None:
    """A whole reply is out: the connection goes on, unless a close of ours follows."""
    channel.at_end = True
    channel.keep_alive = channel.keep_alive and not _ends_with_close(delivery, channel)


def _ends_with_close(delivery: Delivery, channel: Channel) -> bool:
    """Whether a whole reply is followed by a close of ours."""
    if delivery.extras is not None and delivery.extras.closing is not None:
        return True
    framing = delivery.framing
    return framing is Framing.UNTIL_CLOSE or (channel.http_10 and framing is Framing.CHUNKED)


def _kind(piece: Piece) -> str:
    return "body" if piece.event_kind is None else piece.event_kind.value


def _chunk(data: bytes, tail: int) -> bytes:
    """A chunk (RFC 9112 section 7.1), broken off when ``tail`` bytes of it are never to come.

    An empty piece is no chunk: it would be the last one.
    """
    if tail:
        return b"%x\r\n%b" % (len(data) + tail, data)
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def head_bytes(delivery: Delivery, channel: Channel, clock: Clock) -> bytes:
    """The status line and headers, with what the framing and the connection need.

    ``Date`` is added unless the answer has one (RFC 9110 section 6.6.1).
    """
    lines = [f"HTTP/1.1 {delivery.status} {delivery.reason}\r\n"]
    dated = False
    for name, value in delivery.headers:
        lines.append(f"{name}: {value}\r\n")
        dated = dated or name.lower() == "date"
    if not dated:
        lines.append(_date_line(int(clock.wall_s())))
    if delivery.framing is Framing.CONTENT_LENGTH:
        length = delivery.content_length
        lines.append(f"Content-Length: {delivery.body_length if length is None else length}\r\n")
    elif delivery.framing is Framing.CHUNKED:
        lines.append("" if channel.http_10 else "Transfer-Encoding: chunked\r\n")
    lines.append(_connection_line(delivery, channel))
    lines.append("\r\n")
    head = "".join(lines)
    try:
        return head.encode("latin-1")
    except UnicodeEncodeError:
        return head.encode("utf-8")


def _connection_line(delivery: Delivery, channel: Channel) -> str:
    """What the head says of the connection after this reply (RFC 9112 section 9.3)."""
    if delivery.extras is not None and delivery.extras.closing == "silent":
        return ""
    if not channel.keep_alive or delivery.framing is Framing.UNTIL_CLOSE:
        return "Connection: close\r\n"
    return "Connection: keep-alive\r\n" if channel.http_10 else ""


@lru_cache(maxsize=2)
def _date_line(second: int) -> str:
    return f"Date: {formatdate(second, usegmt=True)}\r\n"
