"""When calls are made, so that what is measured is the client and not its neighbours."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scenarios.call import Call
    from scenarios.client import Client, Running
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

QUICK_S = 0.05
QUICK_IN_A_ROW = 3
CALM_WITHIN_S = 6.0
BETWEEN_S = (0.02, 0.3)
"""Between two plain calls; drawn, so that scenarios that wait for calm do not all begin at once."""


async def calm(lab: Lab, client: Client) -> None:
    """Wait until plain calls of the client are quick, for 6 s at most.

    Scenarios run side by side in one process of the client; while others open their instances it is
    busy, and that time would be taken for the time of this one. Comes before the plan. A client
    that is slow by nature, or that does not answer, is judged as it is; one that is asked nothing
    else meanwhile needs no calm.
    """
    if client.alone:
        return
    give_up_s = time.monotonic() + CALM_WITHIN_S
    quick = 0
    while quick < QUICK_IN_A_ROW and time.monotonic() < give_up_s:
        outcome = await client.chat(lab.call(label="warm-up"), patience_s=CALM_WITHIN_S)
        if not outcome.ok:
            return
        quick = quick + 1 if outcome.elapsed_s < QUICK_S else 0
        await asyncio.sleep(max(outcome.elapsed_s, lab.rng.uniform(*BETWEEN_S)))


async def one_by_one(
    client: Client, calls: Sequence[Call], *, every_s: float, patience_s: float = 30.0
) -> list[Outcome]:
    """Start a call every `every_s` seconds; outcomes in the order of `calls`.

    For samples of pauses: answers that come all at once wait for one another inside the client, and
    that wait would be measured with the pause.
    """
    running = []
    for call in calls:
        running.append(client.start(call, patience_s=patience_s))
        await asyncio.sleep(every_s)
    return [await one for one in running]


async def in_rounds(
    calls: Mapping[str, Sequence[Call]], start: Callable[[str, Call], Running], *, every_s: float
) -> dict[str, list[Outcome]]:
    """Start the first call of every name, then the second ones and so on, one every `every_s`.

    The calls of one name lie apart in time, so that a moment in which the client was held up
    touches one of them. `start` is given name and call; every name has as many calls.
    """
    running: dict[str, list[Running]] = {name: [] for name in calls}
    for one_of_each in zip(*calls.values(), strict=True):
        for name, call in zip(calls, one_of_each, strict=True):
            running[name].append(start(name, call))
            await asyncio.sleep(every_s)
    return {name: [await one for one in started] for name, started in running.items()}
