"""A mock server as a program: it runs until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from mockserver.server import MockServer
from mockserver.settings import DEFAULT_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.settings import ServerSettings

STOPPING = (signal.SIGINT, signal.SIGTERM)


async def serve_until_told(settings: ServerSettings, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then end every connection, streams included.

    ``announce`` gets the ready line once connections are accepted and both signals are handled.
    Raises CannotListenError.
    """
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in STOPPING:
        loop.add_signal_handler(number, told.set)
    try:
        async with MockServer(settings) as server:
            announce(ready_line(server))
            await told.wait()
    finally:
        for number in STOPPING:
            loop.remove_signal_handler(number)


def ready_line(server: MockServer) -> str:
    """``ready URL key KEY``; of a key that somebody configured only the id is said."""
    sandbox = server.default
    if sandbox.key == DEFAULT_KEY:
        return f"ready {server.url} key {sandbox.key}"
    ids = ", ".join(key.id for key in sandbox.settings.keys if key.state == "active")
    return f"ready {server.url} key-id {ids or 'none'}"
