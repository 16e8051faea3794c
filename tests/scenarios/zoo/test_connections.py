"""Defects in what is kept open: they show under load."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.reference.rawserver import fails, raw_server, says
from tests.scenarios.zoo.loose import ask, let_loose


def open_files() -> int:
    """The file descriptors of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_every_connection_is_kept() -> None:
    """M164: each attempt costs the process a descriptor, after failures too, until it closes."""
    grown = []
    for name in ("M164", "reference"):
        async with raw_server(says(), fails(503), says()) as server:
            async with let_loose(name, server.base_url) as client:
                before = open_files()
                for _ in range(30):
                    assert await ask(client) == "Habari"
                grown.append((open_files() - before, server.open_connections))
            assert await server.all_closed()

    ours_and_the_server_s = 2
    assert grown == [(31 * ours_and_the_server_s, 31), (ours_and_the_server_s, 1)]
