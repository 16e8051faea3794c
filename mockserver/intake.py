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

from mockserver.connections import SlowBodyError
from mockserver.values import value

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from aiohttp.http_parser import RawRequestMessage

    from mockserver.answer import Headers
    from mockserver.connections import Connection
    from mockserver.incoming import Arrival, Incoming

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


async def take_in(incoming: Incoming, connection: Connection, limit_bytes: int) -> Intake:
    """Read a request to its end; a body over ``limit_bytes`` is cut there."""
    message = incoming.message
    if message is None:
        return _garbage(incoming.arrival)
    headers = tuple([(name.lower(), value) for name, value in message.headers.items()])
    path, query = _target(message)
    http_10 = message.version <= HttpVersion10
    if "Expect" in message.headers and not http_10 and _expects_leave(message):
        await connection.write(CONTINUE)
    body, condition = await _read_body(incoming.body, limit_bytes)
    return Intake(
        method=message.method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        condition=condition,
        arrival=incoming.arrival,
        body_in_ns=time.monotonic_ns(),
        keep_alive=not message.should_close and condition is Condition.WHOLE,
        http_10=http_10,
    )


def _expects_leave(message: RawRequestMessage) -> bool:
    """Whether the client waits for leave before it sends the body (RFC 9110 section 10.1.1)."""
    return message.headers["Expect"].lower() == "100-continue"


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
