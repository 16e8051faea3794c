"""The client as a scenario sees it: outcomes and the numbers in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scenarios.client import Client, Told, out_of_the_way
from scenarios.clients.protocol import Manifest
from tests.scenarios.fakes import FakeDriver, FakeHandle

if TYPE_CHECKING:
    from scenarios.lab import Lab


def make_client(settings: dict[str, Any], limits: dict[str, Any], *, fixed: bool = False) -> Client:
    handle = FakeHandle(settings, FakeDriver())
    manifest = Manifest("fake", limits=limits)
    return Client(handle, settings, manifest, fixed=fixed, note=lambda told: None)


@pytest.mark.parametrize(
    ("settings", "limits", "fixed", "expected"),
    [
        ({"max_attempts": 2}, {"max_attempts": 5}, False, 2.0),
        ({}, {"max_attempts": 5}, False, 5.0),
        ({"max_attempts": 2}, {}, False, 9.0),
        ({}, {}, False, 9.0),
        ({"max_attempts": 2}, {"max_attempts": 5}, True, 5.0),
    ],
)
def test_the_number_in_force(
    settings: dict[str, Any], limits: dict[str, Any], fixed: bool, expected: float
) -> None:
    """The setting if the client declares that limit and takes settings; else what it declares;
    else the row's own.
    """
    assert make_client(settings, limits, fixed=fixed).limit("max_attempts", 9.0) == expected


def test_an_undeclared_number_without_a_default_is_none() -> None:
    """The row decides what that means."""
    assert make_client({}, {}).limit("timeout_s") is None


async def test_every_outcome_is_told(lab: Lab) -> None:
    """Also that of a call that was only started."""
    client = await lab.open()
    call, other = lab.calls(2, label="call")

    outcome = await client.chat(call)
    running = client.start(other)
    await running

    assert outcome.ok
    assert [(told.tokens, told.label) for told in lab.told] == [
        ((call.token,), "call 1"),
        ((other.token,), "call 2"),
    ]
    assert lab.told[0] == Told((call.token,), "call 1", outcome)


async def test_calls_side_by_side_come_back_in_order(lab: Lab) -> None:
    """Outcome i belongs to call i."""
    client = await lab.open()
    calls = lab.calls(5)

    outcomes = await client.chat_all(calls)

    answers = [lab.attempts(call)[0].canary for call in calls]
    assert all(canary and canary in o.text for canary, o in zip(answers, outcomes, strict=True))


async def test_a_cancelled_call_tells_nothing(lab: Lab) -> None:
    """Its outcome is the scenario's business only if there is one."""
    running = (await lab.open()).start(lab.call())

    assert await running.cancel()
    assert running.deltas() == ()
    assert lab.told == []


async def test_an_embedding_is_told_with_its_tokens(lab: Lab) -> None:
    """So that its attempts are found."""
    tokens, sentences = lab.sentences(3)

    outcome = await (await lab.open()).embed(sentences, tokens=tokens, label="vectors")

    assert outcome.ok
    assert lab.told[-1].tokens == tuple(tokens)


async def test_the_rest_is_passed_on(lab: Lab) -> None:
    """Key, telemetry, close."""
    client = await lab.open()
    await client.rotate_key("pawa-other-key")

    assert await client.telemetry() == {"calls": 1}
    await client.close()


def test_features_that_no_row_is_about_are_put_out_of_the_way() -> None:
    """Only those that the client claims; a breaker would open in the middle of a sample."""
    assert out_of_the_way(frozenset({"retry"})) == {}
    assert out_of_the_way(frozenset({"circuit_breaker"}))["breaker"]["failures"] > 1000
    assert out_of_the_way(frozenset({"concurrency_limit"})) == {"max_concurrency": 1000}
