"""Calls about money, over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.control.client import ControlClient, ControlError
from mockserver.server import MockServer
from mockserver.settings import (
    BudgetSettings,
    SandboxSettings,
    ScopedBudgetSettings,
    ServerSettings,
)
from tests.mockserver.control.chatting import chat

KEYS = [
    {"id": "a", "key": "key-a-1", "project": "staging"},
    {"id": "b", "key": "key-b-1", "project": "production"},
]


def server_with(**settings: Any) -> MockServer:
    return MockServer(ServerSettings(sandboxes=(SandboxSettings.model_validate(settings),)))


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


async def test_a_budget_tells_its_period_and_those_before(
    server: MockServer, client: ControlClient
) -> None:
    """Times as ISO 8601; refusals and alerts are counted."""
    await client.set_budget(BudgetSettings(limit_units=0.1, limit_tokens=500, period="daily"))
    assert [await chat(server.url) for _ in range(2)] == [200, 402]
    await client.reset_budget()

    told = await client.budget()
    assert (told.id, told.scope, told.subject, told.mode) == ("budget", "sandbox", "", "hard")
    assert (told.period, told.limit_tokens, told.spent_tokens) == ("daily", 500, 0)
    assert told.end is not None
    assert told.end.endswith("T00:00:00Z")
    (before,) = told.history
    assert (before.ended, before.refused, before.alerted) == (told.start, 1, (0.8,))
    assert (before.spent_tokens, before.spent_units) == (41, 0.081)
    assert (told.refused, told.alerts, told.alerted) == (1, 1, ())


async def test_budgets_of_keys_and_projects_are_steered_by_their_id() -> None:
    """All of their accounts, or that of one subject."""
    budgets = [
        {"id": "each-key", "scope": "key", "limit_units": 0.1},
        {"id": "live", "scope": "project", "only": ["production"], "limit_tokens": 1_000},
    ]
    async with server_with(keys=KEYS, budgets=budgets) as server, ControlClient(server.url) as to:
        names = [(one.id, one.subject) for one in await to.budgets()]
        assert names == [("each-key", "a"), ("each-key", "b"), ("live", "production")]
        assert [await chat(server.url, key) for key in ("key-a-1",) * 2] == [200, 402]
        assert await chat(server.url, "key-b-1") == 200

        topped = await to.change_budget("top-up", "each-key", units=0.1, subject="a")
        assert [one.limit_units for one in topped] == [0.2, 0.1]
        assert [await chat(server.url, key) for key in ("key-a-1", "key-b-1")] == [200, 402]

        raised = await to.change_budget("raise", "each-key", by_units=0.1)
        assert [one.limit_units for one in raised] == [pytest.approx(0.3), pytest.approx(0.2)]
        reset = await to.change_budget("reset", "each-key", subject="b")
        assert [one.spent_units > 0 for one in reset] == [True, False]
        (live,) = await to.change_budget("raise", "live", to_tokens=5)
        assert (live.limit_tokens, live.spent_tokens > 5) == (5, True)
        assert await chat(server.url, "key-b-1") == 402


async def test_a_projects_own_budget_is_steered_in_the_same_way() -> None:
    """Its id is ``project:`` and the project's."""
    projects = [{"id": "staging", "budget": {"limit_units": 0.1}}, {"id": "production"}]
    async with server_with(keys=KEYS, projects=projects) as server, ControlClient(server.url) as to:
        assert [await chat(server.url, key) for key in ("key-a-1",) * 2] == [200, 402]
        (raised,) = await to.change_budget("raise", "project:staging", by_units=0.1)

        assert (raised.subject, raised.limit_units) == ("staging", 0.2)
        assert await chat(server.url, "key-a-1") == 200
        with pytest.raises(ControlError, match="no budget 'project:production'"):
            await to.change_budget("reset", "project:production")


async def test_the_list_of_budgets_is_replaced_whole(
    server: MockServer, client: ControlClient
) -> None:
    """What was spent of a budget that stays stays spent."""
    both = [ScopedBudgetSettings(id=name, limit_units=0.1) for name in ("one", "two")]
    await client.set_budgets(*both)
    assert await chat(server.url) == 200

    (left,) = await client.set_budgets(ScopedBudgetSettings(id="two", limit_units=5.0))

    assert (left.id, left.limit_units, left.spent_units) == ("two", 5.0, 0.081)


@pytest.mark.parametrize(
    ("change", "budget", "asked", "why"),
    [
        ("raise", "none", {"to_units": 1.0}, "no budget 'none'; there are: budget, mine"),
        ("top-up", "mine", {"units": 1.0}, "budget 'mine' has no limit in money to top up"),
        ("raise", "mine", {"by_units": 1.0}, "no limit in units; give it one with to_units"),
        ("reset", "mine", {"subject": "x"}, "budget 'mine' has no account 'x'; there are: dev"),
        ("top-up", "budget", {}, "body: give units, tokens or both"),
    ],
)
async def test_a_mistake_is_told_in_a_line(
    client: ControlClient, change: str, budget: str, asked: dict[str, Any], why: str
) -> None:
    """What is wrong, and what there is."""
    await client.set_budget(BudgetSettings(limit_units=1))
    await client.set_budgets(ScopedBudgetSettings(id="mine", scope="key", limit_tokens=9))

    with pytest.raises(ControlError) as refused:
        await client.change_budget(change, budget, **asked)

    assert str(refused.value).endswith(why)


async def test_prices_stand_in_one_place(client: ControlClient) -> None:
    """A budget with prices beside a price table is refused, and nothing changes."""
    await client.patch_settings({"pricing": {"price": {"in_per_1k": 5.0}}})
    await client.set_budget(BudgetSettings(limit_units=1))
    priced = BudgetSettings.model_validate({"limit_units": 2, "price": {"in_per_1k": 3}})

    with pytest.raises(ControlError, match="prices stand in pricing and in budget"):
        await client.set_budget(priced)

    assert (await client.budget()).limit_units == 1


async def test_the_secret_of_a_webhook_is_not_shown(client: ControlClient) -> None:
    """Nor what of its address may be secret; it is kept all the same."""
    url = "https://user:word@example.org/hook?token=abc"
    shown = await client.patch_settings({"webhook": {"url": url, "secret": "hook-secret-1"}})
    again = await client.patch_settings({"seed": 5})

    for one in (shown, again, await client.settings()):
        assert one["webhook"]["url"] == "https://example.org"
        assert "hook-secret-1" not in str(one)
        assert "abc" not in str(one["webhook"])
