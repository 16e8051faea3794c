"""Calls about what was used, over a real socket."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlError
from mockserver.settings import BudgetSettings
from tests.mockserver.control.chatting import BODY, chat

if TYPE_CHECKING:
    from mockserver.control.client import ControlClient
    from mockserver.server import MockServer


async def test_use_is_told_by_what_is_asked_for(server: MockServer, client: ControlClient) -> None:
    """Without a word: by project, key, model and endpoint."""
    await client.set_budget(BudgetSettings(limit_units=0.1))
    assert [await chat(server.url) for _ in range(3)] == [200, 402, 402]
    page = await client.usage()

    (row,) = page.rows
    assert row.labels == {
        "project": "default",
        "key": "dev",
        "model": BODY["model"],
        "endpoint": "chat",
    }
    assert (row.requests, row.refused, row.unanswered) == (3, {402: 2}, 0)
    assert (row.tokens_in, row.tokens_out, row.cost_micro) == (1, 40, 81_000)
    assert page.total.cost_units == 0.081
    assert (await client.usage(by=())).rows[0].requests == 3


async def test_days_are_picked(server: MockServer, client: ControlClient) -> None:
    """By the sandbox's clock."""
    await chat(server.url)
    today = date.fromisoformat(str((await client.usage(by=("day",))).rows[0].labels["day"]))

    assert (await client.usage(since=today, until=today)).total.requests == 1
    past = await client.usage(until=date(2000, 1, 1))
    assert (past.rows, past.total.requests) == ((), 0)


async def test_a_dimension_that_is_none_is_told(client: ControlClient) -> None:
    """With those that there are."""
    with pytest.raises(ControlError, match="query: by: 'colour' is unknown; known: day, project"):
        await client.usage(by=("colour",))
