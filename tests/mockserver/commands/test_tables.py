"""What a running server tells, as tables."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console

from mockserver.commands.tables import journal_line, journal_table, rules_table, show
from mockserver.control.calls import RuleInfo
from mockserver.faults.rules import parse_rules
from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    import pytest
    from rich.table import Table

    from mockserver.threaded import ThreadedMockServer


def printed(table: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def test_a_rule_is_shown_as_it_is_written_with_its_counters() -> None:
    """A rule without counters has dashes."""
    rules = parse_rules(
        [
            {"match": {"path": "/chat/*"}, "fault": {"kind": "hold", "seconds": 2}},
            {"id": "both", "faults": [{"kind": "bom"}, {"kind": "noop"}], "when": {"times": 3}},
        ]
    )
    plan = [RuleInfo(id="rule-1", kinds=("hold",), seen=7, fired=6, delivered=5)]

    lines = [line.split() for line in printed(rules_table(rules, plan)).splitlines()]

    assert lines[1][:4] == ["rule-1", "path", "=", '"/chat/*"']
    assert lines[1][-3:] == ["7", "6", "5"]
    assert lines[2][0] == "both"
    assert lines[2][-3:] == ["-", "-", "-"]


def test_what_was_written_is_no_markup() -> None:
    """A glob with a set of characters stays whole, and a slash in brackets breaks nothing."""
    rules = parse_rules(
        [{"match": {"path": "/v1/[a-c]*", "body": "[/x]"}, "fault": {"kind": "noop"}}]
    )

    text = printed(rules_table(rules, []))

    assert "/v1/[a-c]*" in text
    assert "[/x]" in text


def test_a_pipe_cuts_nothing_short(capsys: pytest.CaptureFixture[str]) -> None:
    """A script reads whole lines, however narrow the terminal was."""
    rules = parse_rules([{"id": "r" * 60, "match": {"body": "b" * 70}, "fault": {"kind": "noop"}}])

    show(rules_table(rules, []))

    line = capsys.readouterr().out.splitlines()[1]
    assert "r" * 60 in line
    assert "b" * 70 in line


def test_an_exchange_is_one_line(server: ThreadedMockServer) -> None:
    """Whether it has ended or not."""
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(f"{server.url}/nowhere", timeout=20)  # noqa: S310 - our own mock
    except urllib.error.HTTPError as error:
        error.close()
    (exchange,) = server.sandbox().journal.exchanges()

    lost = replace(exchange, ended_ns=None, status=None, nearest="GET /v1/models")
    text = printed(journal_table([exchange, lost]))

    assert len(text.splitlines()) == 3
    assert "GET /v1/nowhere (nearest: GET /v1/models)" in text
    assert "GET /v1/nowhere" in text
    assert "401" in text


def test_an_exchange_that_goes_by_is_one_line(server: ThreadedMockServer) -> None:
    """When, what, for whom, how it ended; a rule only where one acted."""
    chat(server.url)
    journal = server.sandbox().journal
    # A client has its answer a moment before its exchange is closed.
    assert server.run(journal.wait_for(lambda seen: seen.in_flight == 0, 20))
    (exchange,) = journal.exchanges()

    line = journal_line(exchange)
    ruled = journal_line(replace(exchange, rule="down", ending="rst", status=None, key_id=None))
    lost = journal_line(replace(exchange, path="/v1/chats", nearest="POST /v1/chat/request"))

    assert re.match(
        r"[\d:.]{12}  200  POST /v1/chat/request +try 1  key dev  [\d.]+ s  complete  req-",
        line,
    )
    assert "  -    POST" in ruled
    assert "key -" in ruled
    assert "rst  rule down  req-" in ruled
    assert "POST /v1/chats (nearest: POST /v1/chat/request)" in lost
