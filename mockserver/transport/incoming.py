"""What a connection hands on: a request as it was parsed, or the bytes that were none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp.web_protocol import RequestPayloadError

from mockserver.values import value

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from aiohttp.http_parser import RawRequestMessage


class SlowBodyError(RequestPayloadError):
    """The body did not come in within the time that a client has."""


@value
class Arrival:
    """When a request came in, in monotonic nanoseconds; ``garbage`` is what was no request."""

    first_byte_ns: int
    headers_ns: int
    garbage: bytes = b""


@value
class Incoming:
    """A parsed head and the body behind it; ``message`` None: no HTTP request at all."""

    message: RawRequestMessage | None
    body: StreamReader
    arrival: Arrival

    @property
    def target(self) -> str:
        """The request target as it was sent; empty where there is none."""
        return "" if self.message is None else self.message.path
