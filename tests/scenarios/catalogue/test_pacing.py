"""When calls are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.catalogue.pacing import QUICK_IN_A_ROW, calm, one_by_one
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


async def test_calls_are_begun_one_after_another(lab: Lab) -> None:
    """At the pace that was asked for, in their order, without waiting for answers."""
    client = await lab.open()
    calls = lab.calls(4, label="call")

    outcomes = await one_by_one(client, calls, every_s=0.05)

    assert [outcome.ok for outcome in outcomes] == [True] * 4
    starts = [lab.attempts(call)[0].start_s for call in calls]
    assert starts == sorted(starts)
    assert starts[-1] - starts[0] >= 0.13
