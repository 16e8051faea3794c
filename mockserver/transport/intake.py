"""Taking a request in: its head as aiohttp parsed it, and its whole body.

The body is read to its end before anything is answered, so that a client that is still sending
never races the answer.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_writer import HttpVersion10
from aiohttp.web_protocol import RequestPayloadError

from mockserver.transport.incoming import SlowBodyError
from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aiohttp import StreamReader
    from aiohttp.http_parser import RawRequestMessage

    from mockserver.answer import Headers
    from mockserver.transport.connections import Connection
    from mockserver.transport.incoming import Arrival, Incoming

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

DRAINED_TIMES = 4
"""A body over the limit is read (and forgotten) up to so many times the limit before the answer."""


class Condition(Enum):
    """How the body came in."""

    WHOLE = "whole"
    TOO_LARGE = "too large"
    BROKEN = "broken"
    """Its framing or content coding cannot be read."""
    GARBAGE = "garbage"
    """There is no HTTP request at all."""
    SLOW = "slow"
    """Its end did not come within the time that a client has."""
    LEFT = "left"
    """The client left before its end."""


@value
class Intake:
    """A request as it came in. Header names are lower-case; times are monotonic nanoseconds."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    condition: Condition
    arrival: Arrival
    body_in_ns: int
    keep_alive: bool
    http_10: bool


def take_in(
    incoming: Incoming, connection: Connection, limit_bytes: int
) -> Intake | Awaitable[Intake]:
    """Read a request to its end; a body over ``limit_bytes`` is cut there.

    One that has come in whole is taken in at once; for every other there is something to await.
    Where the connection is over before its turn came, nobody waits for an answer.
    """
    message, body = incoming.message, incoming.body
    if message is None:
        return _garbage(incoming.arrival)
    if body.is_eof() and body.exception() is None:
        data = body.read_nowait()
        if connection.over:
            return _taken(message, incoming.arrival, data[:limit_bytes], Condition.LEFT)
        if len(data) <= limit_bytes:
            return _taken(message, incoming.arrival, data, Condition.WHOLE)
        return _taken(message, incoming.arrival, data[:limit_bytes], Condition.TOO_LARGE)
    return _take_in_time(message, incoming, connection, limit_bytes)


async def _take_in_time(
    message: RawRequestMessage, incoming: Incoming, connection: Connection, limit_bytes: int
) -> Intake:
    if "Expect" in message.headers and _expects_leave(message):
        await connection.write(CONTINUE)
    body, condition = await _read_body(incoming.body, limit_bytes)
    return _taken(message, incoming.arrival, body, condition)


def _taken(
    message: RawRequestMessage, arrival: Arrival, body: bytes, condition: Condition
) -> Intake:
    path, query = _target(message)
    return Intake(
        message.method,
        path,
        query,
        tuple([(name.lower(), _text(value)) for name, value in message.headers.items()]),
        body,
        condition,
        arrival,
        time.monotonic_ns(),
        not message.should_close and condition is Condition.WHOLE,
        message.version <= HttpVersion10,
    )


def _text(value: str) -> str:
    """A header's value as text; bytes that are no UTF-8 are Latin-1 (RFC 9110 section 5.5).

    The parser gives such bytes as surrogates, which nothing can write down.
    """
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def _expects_leave(message: RawRequestMessage) -> bool:
    """Whether the client waits for leave before it sends the body (RFC 9110 section 10.1.1)."""
    return message.headers["Expect"].lower() == "100-continue" and message.version > HttpVersion10


def _garbage(arrival: Arrival) -> Intake:
    """What stands for bytes that are no HTTP request: no method, no path, the bytes as body."""
    return Intake(
        method="",
        path="",
        query="",
        headers=(),
        body=arrival.garbage,
        condition=Condition.GARBAGE,
        arrival=arrival,
        body_in_ns=arrival.headers_ns,
        keep_alive=False,
        http_10=False,
    )


def _target(message: RawRequestMessage) -> tuple[str, str]:
    """Path and query as they were sent, still percent-encoded; also of a proxy's absolute URL."""
    target = message.path
    if not target.startswith("/"):
        target = message.url.raw_path_qs
    path, _, query = target.partition("?")
    return path, query


async def _read_body(payload: StreamReader, limit_bytes: int) -> tuple[bytes, Condition]:
    chunks: list[bytes] = []
    length = 0
    try:
        while not payload.at_eof():
            chunk = await payload.readany()
            length += len(chunk)
            if length <= limit_bytes:
                chunks.append(chunk)
            elif length > limit_bytes * DRAINED_TIMES:
                break
    except ConnectionError:
        return b"".join(chunks), Condition.LEFT
    except SlowBodyError:
        return b"".join(chunks), Condition.SLOW
    except (RequestPayloadError, HttpProcessingError):
        return b"".join(chunks), Condition.BROKEN
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return body, Condition.WHOLE if length <= limit_bytes else Condition.TOO_LARGE
