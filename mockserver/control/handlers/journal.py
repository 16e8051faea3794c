"""Calls about what a sandbox saw and did."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import orjson

from mockserver.config import check
from mockserver.control.calls import ConnectionPage, JournalPage, JournalQuery, Nothing
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.journal import to_json_line

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.journal import Exchange, Journal


async def show_journal(call: ControlCall) -> Answer:
    """Exchanges by filters; waits for ``at_least`` of them when asked to."""
    asked = check(JournalQuery, dict(parse_qsl(call.query, keep_blank_values=True)), "query")
    journal, wanted = call.sandbox.journal, asked.at_least or 0

    def enough(seen: Journal) -> bool:
        return len(_fitting(seen, asked)) >= wanted

    satisfied = await journal.wait_for(enough, asked.timeout_s) if wanted else True
    found = _fitting(journal, asked)
    if asked.limit is not None:
        found = found[-asked.limit :]
    lines = [orjson.Fragment(to_json_line(exchange)) for exchange in found]
    return json_answer({"exchanges": lines, "dropped": journal.dropped, "satisfied": satisfied})


async def clear_journal(call: ControlCall) -> Answer:
    """Forget what was seen; rules, limits and money stay."""
    call.sandbox.journal.clear()
    return json_answer({})


async def show_connections(call: ControlCall) -> Answer:
    """The connections."""
    journal = call.sandbox.journal
    connections = [asdict(connection) for connection in journal.connections()]
    return json_answer({"connections": connections, "dropped": journal.dropped_connections})


def _fitting(journal: Journal, asked: JournalQuery) -> tuple[Exchange, ...]:
    found = journal.exchanges(**asked.filters)
    if asked.ended is None:
        return found
    return tuple(one for one in found if (one.ended_ns is not None) is asked.ended)


CALLS: Calls = {
    ("GET", f"{ONE}/journal"): Call(show_journal, told=JournalPage, query=JournalQuery),
    ("DELETE", f"{ONE}/journal"): Call(clear_journal, told=Nothing),
    ("GET", f"{ONE}/connections"): Call(show_connections, told=ConnectionPage),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
