"""Calls about rules, over a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError
from mockserver.faults.answers import Status
from mockserver.faults.listener import Refuse
from mockserver.faults.rules import Rule, When
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from mockserver.server import MockServer

REFUSAL = Rule(fault=Status(status=503), when=When(times=1))


async def test_rules_are_added_counted_replaced_and_removed(
    server: MockServer, client: ControlClient
) -> None:
    """Each with an id and its counters."""
    added = await client.add_rules(REFUSAL, Rule(id="two", fault=Status(status=500)))
    assert [rule.id for rule in added] == ["rule-1", "two"]
    assert [await chat(server.url) for _ in range(2)] == [503, 500]
    plan = {status.id: status for status in await client.plan()}
    assert (plan["rule-1"].seen, plan["rule-1"].fired, plan["rule-1"].delivered) == (2, 1, 1)
    assert plan["two"].kinds == ("status",)

    assert [rule.id for rule in await client.remove_rule("two")] == ["rule-1"]
    assert await client.replace_rules(REFUSAL) == (REFUSAL.model_copy(update={"id": "rule-1"}),)
    assert (await client.plan())[0].seen == 0
    assert await client.replace_rules() == ()
    assert await client.rules() == ()


async def test_a_twin_rule_changes_nothing(client: ControlClient) -> None:
    """All rules of a call are put in force, or none."""
    await client.add_rules(Rule(id="one", fault=Status(status=500)))

    with pytest.raises(ControlError, match="'one' occurs 2 times") as caught:
        await client.add_rules(REFUSAL, Rule(id="one", fault=Status(status=500)))

    assert caught.value.status == 400
    assert [rule.id for rule in await client.rules()] == ["one"]


async def test_a_rule_that_does_not_fit_here_changes_nothing(client: ControlClient) -> None:
    """To refuse for ever would shut the control API out too."""
    with pytest.raises(ControlError, match="refuse without duration_s"):
        await client.add_rules(REFUSAL, Rule(fault=Refuse()))

    assert await client.rules() == ()
