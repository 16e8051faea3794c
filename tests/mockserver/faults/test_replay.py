"""Randomness replays (DESIGN section 4): the same seed and calls decide the same, in any order."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

from tests.mockserver.rawclient import RawClient, chat, request

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

    Decisions = dict[tuple[str, int], tuple[str | None, float | None, int | None]]

CALLS = tuple(f"call-{number:012x}" for number in range(1000))
MOST_ATTEMPTS = 3

RULES: list[dict[str, Any]] = [
    {
        "id": "busy",
        "when": {"probability": 0.2},
        "fault": {"kind": "status", "status": 503},
    },
    {
        "id": "first-two",
        "match": {"token": "call-*7"},
        "when": {"times": 2, "per": "call"},
        "fault": {"kind": "status", "status": 429},
    },
    {
        "id": "own-seed",
        "match": {"attempt": [1, 2]},
        "when": {"probability": 0.15, "seed": 99},
        "fault": {"kind": "empty_body", "status": 500},
    },
    {
        "id": "steady-ramp",
        "when": {"ramp": {"from_p": 0.1, "to_p": 0.1, "over_s": 1}},
        "faults": [{"kind": "success_false"}],
    },
]


async def try_until_answered(client: RawClient, call: str) -> None:
    """One call as a client makes it: again after an error, three times at most."""
    for _ in range(MOST_ATTEMPTS):
        await client.send(request(body=chat(call)))
        if (await client.read_reply()).status == 200:
            return


async def run(sandbox: Sandbox, calls: list[str], connections: int) -> Decisions:
    """Make the calls over so many connections at once; what was decided for each attempt."""
    waiting = list(reversed(calls))

    async def work() -> None:
        async with await RawClient.connect(sandbox.base_url) as client:
            while waiting:
                await try_until_answered(client, waiting.pop())

    await asyncio.gather(*(work() for _ in range(connections)))
    return {
        (one.token, one.attempt): (one.rule, one.draw, one.status)
        for one in sandbox.journal.exchanges()
    }


async def test_a_thousand_calls_decide_the_same_in_any_order_at_any_concurrency(
    open_sandbox: OpenSandbox,
) -> None:
    """Rule, draw and answer of every attempt, over real sockets, in two orders."""
    settings: dict[str, Any] = {"seed": 42, "rules": RULES, "replies": {"tokens": 2}}
    shuffled = random.Random(5).sample(CALLS, len(CALLS))

    one = await run(await open_sandbox(**settings), list(CALLS), connections=8)
    other = await run(await open_sandbox(**settings), shuffled, connections=50)

    assert one == other
    assert len(one) > 1200, "a fair part of the calls was tried again"
    assert {rule for rule, _, _ in one.values()} == {None, *(rule["id"] for rule in RULES)}


async def test_another_seed_decides_otherwise(open_sandbox: OpenSandbox) -> None:
    """Else the seed would not matter."""
    calls = list(CALLS[:60])

    one = await run(await open_sandbox(seed=1, rules=RULES), calls, connections=4)
    other = await run(await open_sandbox(seed=2, rules=RULES), calls, connections=4)

    assert one != other
