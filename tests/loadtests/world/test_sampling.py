"""How busy a server is."""

from __future__ import annotations

import asyncio
import doctest

import aiohttp
from hypothesis import given
from hypothesis import strategies as st

from loadtests.world import sampling
from loadtests.world.sampling import Beat, server_sample
from loadtests.world.sandboxes import checked_settings
from mockserver.sandbox import Sandbox


async def ask(http: aiohttp.ClientSession, sandbox: Sandbox) -> int:
    """One chat request; its status."""
    async with http.post(
        f"{sandbox.base_url}/chat/request",
        json={
            "model": "pawa-v1-ember-20240924",
            "messages": [{"role": "user", "content": "Habari"}],
        },
        headers={"Authorization": f"Bearer {sandbox.key}"},
    ) as response:
        await response.read()
        return response.status


async def test_a_sample_counts_who_waits_and_who_is_served() -> None:
    """One worker that is frozen: both requests wait in the queue, over two connections."""
    capacity = {"workers": 1, "frozen": True}
    sandbox = Sandbox(checked_settings({"capacity": capacity}, "here"))
    await sandbox.open()
    async with aiohttp.ClientSession() as http:
        asking = [asyncio.create_task(ask(http, sandbox)) for _ in range(2)]
        assert await sandbox.journal.wait_for(lambda _: sandbox.workers.queued == 2, 5.0)
        sample = server_sample(sandbox, "primary", 1.5)
        sandbox.workers.frozen = False
        sandbox.workers.follow(sandbox.settings.capacity.model_copy(update={"frozen": False}))  # type: ignore[union-attr]
        assert await asyncio.gather(*asking) == [200, 200]
        after = server_sample(sandbox, "backup", 2.5)
    await sandbox.close()

    assert (sample.at_s, sample.server) == (1.5, "primary")
    assert (sample.in_flight, sample.queued, sample.at_work, sample.workers) == (2, 2, 0, 1)
    assert (sample.connections, sample.spent_micro) == (2, 0)
    assert (after.in_flight, after.queued, after.server) == (0, 0, "backup")
    assert after.spent_micro > 0


async def test_a_server_with_a_worker_for_everybody_has_no_number_of_them() -> None:
    """Nobody ever waits there."""
    sandbox = Sandbox(checked_settings({}, "here"))

    assert server_sample(sandbox, "primary", 0.0).workers is None


@given(st.lists(st.floats(-1, 20, allow_nan=False), max_size=60))
def test_a_beat_comes_once_in_its_time(moments: list[float]) -> None:
    """However late it is asked, at most one for each tenth of a second, and none before 0."""
    beat = Beat(0.1)
    due = [moment for moment in sorted(moments) if beat.due(moment)]

    assert all(moment >= 0 for moment in due)
    assert len({int(moment / 0.1 + 1e-9) for moment in due}) == len(due)


def test_the_example_of_a_beat_holds() -> None:
    """A missed beat is not made up for."""
    assert doctest.testmod(sampling).failed == 0
