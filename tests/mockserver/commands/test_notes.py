"""What happened beside the requests, as lines and as JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_notes_are_shown_a_line_each(pawa_mock: PawaMock, server: ThreadedMockServer) -> None:
    """With what is known of each; one kind when asked."""
    journal = server.sandbox().journal
    server.call(lambda: journal.note("budget_alert", budget="each-key", subject="", share=0.8))
    server.call(lambda: journal.note("key_blocked", key_id="dev", for_s=60.0))

    every = pawa_mock("notes", "--server", server.url)
    some = pawa_mock("notes", "budget_alert", "--json", "--server", server.url)

    alert, blocked = every.out.splitlines()
    assert re.fullmatch(r"[\d:.]{12}  budget_alert  budget=each-key  share=0.8", alert)
    assert blocked.endswith("  key_blocked  key_id=dev  for_s=60.0")
    assert json.loads(some.out)["detail"] == {"budget": "each-key", "subject": "", "share": 0.8}


def test_where_nothing_happened_that_is_said(
    pawa_mock: PawaMock, server: ThreadedMockServer
) -> None:
    """For people; a program gets no line."""
    assert pawa_mock("notes", "--server", server.url).out == "no notes\n"
    assert pawa_mock("notes", "--json", "--server", server.url).out == ""
