"""How busy a server is at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.world.sandboxes import spent_micro
from loadtests.world.seen import ServerSample

if TYPE_CHECKING:
    from loadtests.world.sandboxes import ServerName
    from mockserver.sandbox import Sandbox

SAMPLE_S = 0.1
"""Seconds between two samples."""


def server_sample(sandbox: Sandbox, server: ServerName, at_s: float) -> ServerSample:
    """The server as it is now, ``at_s`` seconds after the start of the run."""
    workers = sandbox.workers
    return ServerSample(
        at_s=at_s,
        server=server,
        in_flight=sandbox.journal.in_flight,
        queued=workers.queued,
        at_work=workers.at_work,
        workers=workers.count,
        connections=open_connections(sandbox),
        spent_micro=spent_micro(sandbox),
    )


def open_connections(sandbox: Sandbox) -> int:
    """How many connections are open at a server."""
    return len(sandbox.connections.open_connections())


class Beat:
    """Says every ``every_s`` seconds that it is time again; a beat that was missed is not made up.

    >>> beat = Beat(0.1)
    >>> [beat.due(0.0), beat.due(0.05), beat.due(0.37), beat.due(0.39), beat.due(0.4)]
    [True, False, True, False, True]
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._count = -1

    def due(self, now_s: float) -> bool:
        """Whether a beat is due, ``now_s`` seconds after the start; before it none is."""
        # A hair is added, so that 0.3 is the third tenth whatever binary fractions make of it.
        count = int(now_s / self._every_s + 1e-9) if now_s >= 0 else -1
        due, self._count = count > self._count, max(count, self._count)
        return due
