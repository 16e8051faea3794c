"""`pawa-mock journal` against a running server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_the_journal_is_shown(steer: PawaMock, server: ThreadedMockServer) -> None:
    """As a table, or everything as JSON Lines; no secret in either."""
    assert steer("journal").out == "no exchanges\n"
    chat(server.url)
    steer("fault", "add", "status", "status=500")
    chat(server.url)

    table = steer("journal")
    lines = [json.loads(line) for line in steer("journal", "--json").out.splitlines()]
    refused = steer("journal", "--status", "500", "--rule", "rule-1", "--json").out.splitlines()

    assert "complete" in table.out
    assert [line["status"] for line in lines] == [200, 500]
    assert len(refused) == 1
    assert "pawa-dev-key" not in table.out + str(lines)


def test_a_bad_filter_is_one_line(steer: PawaMock) -> None:
    """Exit code 2."""
    ran = steer("journal", "--status", "5")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "pawa-mock: query: status: must be at least 100, not '5'\n"
