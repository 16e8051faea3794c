"""Calls about money, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError
from mockserver.settings import (
    BudgetSettings,
)
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from mockserver.server import MockServer


async def test_money_is_limited_raised_and_reset(server: MockServer, client: ControlClient) -> None:
    """What is spent stays spent until a new period."""
    with pytest.raises(ControlError, match="has no budget"):
        await client.raise_budget(by_units=1)
    free = await client.budget()
    assert (free.limit_units, free.spent_units) == (None, 0.0)

    await client.set_budget(BudgetSettings(limit_units=0.1))
    assert [await chat(server.url) for _ in range(2)] == [200, 402]
    spent = await client.budget()
    assert 0 < spent.spent_units <= 0.1
    assert (await client.raise_budget(by_units=0.1)).limit_units == pytest.approx(0.2)
    assert await chat(server.url) == 200
    assert (await client.raise_budget(to_units=0.05)).limit_units == 0.05
    assert await chat(server.url) == 402
    assert (await client.reset_budget()).spent_units == 0.0
    await client.remove_budget()
    assert await chat(server.url) == 200
