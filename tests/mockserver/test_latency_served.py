"""Models that take their time, over real sockets: never early, and exact on a stopped clock."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.answer import EventKind
from mockserver.api.models import BLAZE, EMBEDDING, EMBER
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last, until

if TYPE_CHECKING:
    from mockserver.journal import Exchange
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

STEADY = {"models": {EMBER: {"base_s": 0.02, "per_output_token_s": 0.005}}}
SCATTERED: dict[str, Any] = {
    "models": {
        EMBER: {
            "base_s": 0.02,
            "per_output_token_s": 0.005,
            "first": {"shape": "lognormal", "deviation": 0.3},
            "between": {"shape": "normal", "deviation": 0.3},
        }
    }
}
TEXT = "call-0123456789ab"


def chunk_times_s(exchange: Exchange) -> list[float]:
    """When each chunk was written, in seconds after the request was in."""
    return [
        (sent.at_ns - exchange.body_in_ns) / 1e9
        for sent in exchange.sent
        if sent.kind == EventKind.CHUNK
    ]


async def answered_at_s(sandbox: Sandbox, body: object, path: str = "/v1/chat/request") -> float:
    """How long a request takes on a stopped clock, turned to each moment at which it is due."""
    began, seen = sandbox.clock.monotonic_ns(), len(sandbox.journal.exchanges())
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(path, body=body))
        while True:
            await until(
                lambda: (
                    bool(sandbox.clock.waiting)
                    or sum(one.ended_ns is not None for one in sandbox.journal.exchanges()) > seen
                )
            )
            if not sandbox.clock.waiting:
                return (sandbox.clock.monotonic_ns() - began) / 1e9
            await sandbox.clock.advance(sandbox.clock.next_due_s or 0.0)


async def test_no_chunk_is_early_in_real_time(open_sandbox: OpenSandbox) -> None:
    """The first after 20 ms, each further one 5 ms after the one before."""
    sandbox = await open_sandbox(latency=STEADY, replies={"tokens": 10})
    await ask(sandbox, request(body=chat(stream=True)))

    times = chunk_times_s(await last(sandbox))

    assert len(times) == 11
    assert times[0] >= 0.02
    assert all(b - a >= 0.005 for a, b in pairwise(times[:-1]))


async def test_json_waits_for_the_last_token(open_sandbox: OpenSandbox) -> None:
    """20 ms and nine times 5 ms, never a moment less."""
    sandbox = await open_sandbox(latency=STEADY, replies={"tokens": 10})
    await ask(sandbox, request(body=chat()))
    exchange = await last(sandbox)

    assert exchange.sent[0].at_ns - exchange.body_in_ns >= 65_000_000


async def test_the_same_call_takes_the_same_time_in_another_sandbox(
    open_sandbox: OpenSandbox,
) -> None:
    """As JSON and as a stream; another attempt and another seed take another."""
    taken: dict[tuple[int, bool], list[float]] = {}
    for seed in (1, 1, 2):
        for stream in (False, True):
            sandbox = await open_sandbox(seed=seed, clock={"frozen": True}, latency=SCATTERED)
            body = chat(TEXT, stream=stream)
            for _ in range(2):
                taken.setdefault((seed, stream), []).append(await answered_at_s(sandbox, body))
    first, second, *again = taken[1, False]

    assert first != second
    assert again == [first, second]
    assert taken[1, True] == pytest.approx(taken[1, False], abs=1e-6)
    assert taken[2, False][0] != first


async def test_what_saves_time_in_production_saves_time_here(open_sandbox: OpenSandbox) -> None:
    """A smaller model, fewer tokens, and one batch in place of ten requests."""
    sandbox = await open_sandbox(clock={"frozen": True}, latency={"profile": "realistic"})
    quick = await answered_at_s(sandbox, chat(TEXT, max_tokens=10))
    longer = await answered_at_s(sandbox, chat(TEXT))
    slow = await answered_at_s(sandbox, chat(TEXT) | {"model": BLAZE})
    path, sentences = "/v1/vectors/embedding", [f"sentensi {number}" for number in range(10)]
    batch = await answered_at_s(sandbox, {"model": EMBEDDING, "sentences": sentences}, path)
    alone = [
        await answered_at_s(sandbox, {"model": EMBEDDING, "sentences": [one]}, path)
        for one in sentences
    ]

    assert quick < longer < slow
    assert batch < sum(alone) / 4
