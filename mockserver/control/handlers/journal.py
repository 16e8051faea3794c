"""Calls about what a sandbox saw and did."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from mockserver.control.calls import (
    ConnectionPage,
    JournalFollow,
    JournalPage,
    JournalQuery,
    Nothing,
)
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.control.live import STILL_HERE, LiveAnswer, LiveText, event
from mockserver.globs import path_test, text_test
from mockserver.journal import to_json_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from mockserver.answer import Answer
    from mockserver.control.calls import JournalFilters
    from mockserver.journal import Exchange, Journal
    from mockserver.sandbox import Sandbox
    from mockserver.server import MockServer

STILL_HERE_S = 15.0
"""After so long without an event a word says that somebody is still there."""

EQUAL = ("method", "key_id", "rule", "ending", "request_id", "status")
"""The filters that are compared as they are."""


async def show_journal(call: ControlCall) -> Answer:
    """Exchanges by filters; waits for ``at_least`` of them when asked to."""
    asked = call.asked_by_query(JournalQuery)
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


async def follow_journal(call: ControlCall) -> Answer:
    """Exchanges as they end, as server-sent events, until either side leaves."""
    asked = call.asked_by_query(JournalFollow)
    return LiveAnswer(_ended(call.server, call.sandbox, asked))


async def _ended(
    server: MockServer, sandbox: Sandbox, asked: JournalFollow
) -> AsyncGenerator[bytes]:
    """An event for each exchange that fits: earlier ones first, then each as it ends."""
    journal, fits, lost = sandbox.journal, fitting(asked), 0
    ends_ns = None if asked.for_s is None else time.monotonic_ns() + round(asked.for_s * 1e9)

    def is_over() -> bool:
        late = ends_ns is not None and time.monotonic_ns() >= ends_ns
        return late or sandbox not in server.sandboxes

    with journal.following() as following:
        earlier = [one for one in journal.exchanges() if one.ended_ns is not None and fits(one)]
        for exchange in earlier[-asked.limit :] if asked.limit else ():
            yield event(to_json_line(exchange).rstrip())
        while True:
            while following.waiting:
                exchange = journal.taken(following)
                if fits(exchange):
                    yield event(to_json_line(exchange).rstrip())
            if following.lost > lost:
                yield event(b"%d" % (following.lost - lost), "lost")
                lost = following.lost
            if is_over():
                return
            left_s = STILL_HERE_S if ends_ns is None else (ends_ns - time.monotonic_ns()) / 1e9
            wait_s = max(0.0, min(STILL_HERE_S, left_s))
            if not await journal.wait_for(lambda _: bool(following.waiting) or is_over(), wait_s):
                yield STILL_HERE


def fitting(asked: JournalFilters) -> Callable[[Exchange], bool]:
    """Whether an exchange is one of those that are asked for."""
    equal = [(name, value) for name in EQUAL if (value := getattr(asked, name)) is not None]
    path = path_test(asked.path) if asked.path is not None else None
    model = text_test(asked.model) if asked.model is not None else None
    token = asked.token
    since_ns = None if asked.since_s is None else time.monotonic_ns() - round(asked.since_s * 1e9)

    def fits(one: Exchange) -> bool:
        return (
            (token is None or token == one.token or token in one.tokens)
            and all(getattr(one, name) == value for name, value in equal)
            and (path is None or path(one.path))
            and (model is None or (one.model is not None and model(one.model)))
            and (since_ns is None or one.first_byte_in_ns >= since_ns)
        )

    return fits


def _fitting(journal: Journal, asked: JournalQuery) -> tuple[Exchange, ...]:
    fits = fitting(asked)
    return tuple(
        one
        for one in journal.exchanges()
        if fits(one) and asked.ended in {None, one.ended_ns is not None}
    )


CALLS: Calls = {
    ("GET", f"{ONE}/journal"): Call(show_journal, told=JournalPage, query=JournalQuery),
    ("GET", f"{ONE}/journal/stream"): Call(follow_journal, told=LiveText, query=JournalFollow),
    ("DELETE", f"{ONE}/journal"): Call(clear_journal, told=Nothing),
    ("GET", f"{ONE}/connections"): Call(show_connections, told=ConnectionPage),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
