"""A mock server as a program: it runs until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from mockserver.configuration.env_lines import active_keys
from mockserver.configuration.reload import Reloader
from mockserver.server import MockServer
from mockserver.settings import DEFAULT_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mockserver.configuration.reload import Source
    from mockserver.sandbox import Sandbox
    from mockserver.settings import ServerSettings

STOPPING = (signal.SIGINT, signal.SIGTERM)


async def serve_until_told(
    settings: ServerSettings, ready: Callable[[MockServer], None], source: Source | None = None
) -> None:
    """Serve until SIGINT or SIGTERM, then end every connection, streams included.

    ``ready`` gets the server once connections are accepted and the signals are handled. ``source``
    is the file that is followed; SIGHUP reads it anew at once. Raises CannotListenError.
    """
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in STOPPING:
        loop.add_signal_handler(number, told.set)
    try:
        async with MockServer(settings) as server, _following(server, source, told):
            ready(server)
            # What is loaded by now stays: no collection has to look through it again and again,
            # which would hold up every reply for as long.
            gc.collect()
            gc.freeze()
            await told.wait()
    finally:
        for number in STOPPING:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _following(
    server: MockServer, source: Source | None, told: asyncio.Event
) -> AsyncIterator[None]:
    """Follow the file while the block runs."""
    if source is None:
        yield
        return
    loop = asyncio.get_running_loop()
    reloader = Reloader(server, source)
    hangs_up = partial(_hang_up, reloader, told, had_terminal=has_terminal())
    loop.add_signal_handler(signal.SIGHUP, hangs_up)
    following = loop.create_task(reloader.run())
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def _hang_up(reloader: Reloader, told: asyncio.Event, *, had_terminal: bool) -> None:
    """SIGHUP by a person reads the file anew; by a terminal that is gone it ends the server."""
    if had_terminal and not has_terminal():
        told.set()
    else:
        reloader.ask()


def has_terminal() -> bool:
    """Whether this process has a terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ready_lines(server: MockServer) -> tuple[str, ...]:
    """``ready URL key KEY`` first, then a line for each further sandbox, and where the CA is.

    Of a key that somebody configured only the id is said.
    """
    first, *others = server.sandboxes
    lines = [f"ready {_told(first)}", *(f"sandbox {each.name} {_told(each)}" for each in others)]
    if first.ca_file is not None:
        lines.append(f"trust {first.ca_file}")
    return tuple(lines)


def _told(sandbox: Sandbox) -> str:
    if sandbox.key == DEFAULT_KEY:
        return f"{sandbox.base_url} key {sandbox.key}"
    return f"{sandbox.base_url} key-id {', '.join(active_keys(sandbox)) or 'none'}"
