"""When calls are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.catalogue.pacing import QUICK_IN_A_ROW, calm, in_rounds, one_by_one
from scenarios.plans import fault

if TYPE_CHECKING:
    from scenarios.lab import Lab


async def test_calm_takes_a_few_quick_calls(lab: Lab) -> None:
    """A client that answers quickly is asked so often, and no more."""
    client = await lab.open()

    await calm(lab, client)

    assert len(lab.exchanges()) == QUICK_IN_A_ROW
    assert {told.label for told in lab.told} == {"warm-up"}


async def test_calm_does_not_wait_for_a_client_that_fails(lab: Lab) -> None:
    """One failed call is enough: such a client is judged as it is."""
    client = await lab.open()
    lab.plan(fault("status", status=400))

    await calm(lab, client)

    assert len(lab.told) == 1


async def test_an_application_needs_no_calm(lab: Lab) -> None:
    """Nothing else is asked of it meanwhile."""
    client = await lab.open()
    client._fixed = True

    await calm(lab, client)

    assert lab.told == []


async def test_calls_of_one_name_lie_apart(lab: Lab) -> None:
    """One of each name, then the next of each; outcomes by name, in order."""
    client = await lab.open()
    calls = {name: lab.calls(2, label=name) for name in ("a", "b")}

    outcomes = await in_rounds(calls, lambda _, call: client.start(call), every_s=0.03)

    assert {name: [o.ok for o in both] for name, both in outcomes.items()} == {
        "a": [True, True],
        "b": [True, True],
    }
    arrivals = sorted(
        (lab.attempts(call)[0].start_s, call.label) for both in calls.values() for call in both
    )
    assert [label for _, label in arrivals] == ["a 1", "b 1", "a 2", "b 2"]


async def test_calls_are_begun_one_after_another(lab: Lab) -> None:
    """At the pace that was asked for, in their order, without waiting for answers."""
    client = await lab.open()
    calls = lab.calls(4, label="call")

    outcomes = await one_by_one(client, calls, every_s=0.05)

    assert [outcome.ok for outcome in outcomes] == [True] * 4
    starts = [lab.attempts(call)[0].start_s for call in calls]
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] >= 0.13
