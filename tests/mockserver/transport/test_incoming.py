"""What a connection hands on."""

from __future__ import annotations

from aiohttp.streams import EMPTY_PAYLOAD

from mockserver.transport.incoming import Arrival, Incoming


def test_what_was_no_request_has_no_target() -> None:
    """So it is no call of the control API either."""
    assert Incoming(None, EMPTY_PAYLOAD, Arrival(1, 2, b"garbage")).target == ""
