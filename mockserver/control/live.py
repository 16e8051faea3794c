"""Answers of the control API that go on: server-sent events, as they come, until one side leaves.

Lines are as the HTML standard has them (section 9.2): ``event`` where it is not a plain message,
``data``, an empty line; a line that begins with a colon says only that somebody is still there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NewType, TypeVar

from mockserver.answer import Answer, EventStream
from mockserver.clock import RealClock
from mockserver.delivery import lay_out
from mockserver.transport.wire import LAST_CHUNK, head_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable

    from mockserver.transport.connections import Connection
    from mockserver.transport.wire import Channel

EVENT_TYPE = "text/event-stream"
HEADERS = (("Content-Type", EVENT_TYPE), ("Cache-Control", "no-store"))
STILL_HERE = b": still here\n\n"

Result = TypeVar("Result")

LiveText = NewType("LiveText", str)
"""What a call tells that tells events."""


class LiveAnswer(Answer):
    """An answer whose body is made while it is sent, event by event."""

    __slots__ = ("events",)

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        super().__init__(200, HEADERS)
        self.events = events


def event(data: bytes, name: str | None = None) -> bytes:
    """One event; ``data`` is one line."""
    head = b"" if name is None else f"event: {name}\n".encode()
    return b"%bdata: %b\n\n" % (head, data)


async def deliver(answer: LiveAnswer, channel: Channel) -> None:
    """Send events as they come, until there are no more or the connection is over.

    Nothing of it is kept: it may go on for days.
    """
    connection = channel.connection
    channel.keep_alive = channel.keep_alive and not channel.http_10
    head = lay_out(Answer(answer.status, answer.headers, EventStream(())))
    there = await connection.write(head_bytes(head, channel, RealClock()))
    try:
        while there and (data := await while_here(connection, anext(answer.events, None))):
            there = await connection.write(data if channel.http_10 else _chunk(data))
    finally:
        await answer.events.aclose()
    if not channel.http_10 and not connection.over:
        await connection.write(LAST_CHUNK)


async def while_here(connection: Connection, work: Awaitable[Result]) -> Result | None:
    """What is awaited; None, and no more work, when the connection is over before it is there."""
    coming = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(connection.pause(None))
    try:
        await asyncio.wait({coming, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() and not connection.over else None
    finally:
        for task in (coming, leaving):
            task.cancel()
        await asyncio.gather(coming, leaving, return_exceptions=True)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
