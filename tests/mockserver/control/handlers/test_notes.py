"""The call about notes, over a real socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError

if TYPE_CHECKING:
    from mockserver.server import MockServer


async def test_notes_are_told_by_kind_and_the_newest_of_them(
    server: MockServer, client: ControlClient
) -> None:
    """The oldest first."""
    for number in range(3):
        server.default.journal.note("budget_alert", share=0.8, budget=f"b{number}")
    server.default.journal.note("key_blocked", key_id="dev")

    every = await client.notes()
    newest = await client.notes(kind="budget_alert", limit=2)

    assert [note.kind for note in every.notes] == ["budget_alert"] * 3 + ["key_blocked"]
    assert [note.detail["budget"] for note in newest.notes] == ["b1", "b2"]


async def test_notes_can_be_waited_for(server: MockServer, client: ControlClient) -> None:
    """Until there are so many of a kind, or the time is up."""
    waiting = asyncio.create_task(client.notes(kind="budget_alert", at_least=1, timeout_s=20))
    server.default.journal.note("key_blocked", key_id="dev")
    server.default.journal.note("budget_alert", share=0.8)

    assert [note.detail for note in (await waiting).notes] == [{"share": 0.8}]
    assert (await waiting).satisfied
    assert not (await client.notes(kind="webhook_failed", at_least=1, timeout_s=0.05)).satisfied


async def test_a_bad_question_is_refused(client: ControlClient) -> None:
    """One line, with the nearest."""
    with pytest.raises(ControlError) as caught:
        await client.notes(knd="budget_alert")

    assert caught.value.lines == ("query: knd: unknown field; nearest: kind",)
