"""A coroutine is run at once up to its first wait."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.transport.eager import start_now


async def test_what_needs_no_waiting_is_done_at_once() -> None:
    """Without a task and without a turn of the loop."""

    async def work() -> int:
        return await inner() + 1

    async def inner() -> int:
        return 1

    assert start_now(work(), asyncio.get_running_loop()) == (2, None)


async def test_what_waits_goes_on_as_a_task() -> None:
    """What stands before the first wait has happened already."""
    seen: list[str] = []
    gate = asyncio.get_running_loop().create_future()

    async def work() -> str:
        seen.append("begun")
        told: str = await gate
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await asyncio.sleep(0)
        return told

    result, task = start_now(work(), asyncio.get_running_loop())

    assert (result, seen) == (None, ["begun"])
    assert task is not None
    gate.set_result("done")
    assert await task == "done"


async def test_a_mistake_comes_out_where_it_happens() -> None:
    """Before the first wait it is raised, behind it the task has it."""

    async def at_once() -> None:
        raise ValueError("now")

    async def later() -> None:
        await asyncio.sleep(0)
        raise ValueError("later")

    with pytest.raises(ValueError, match="now"):
        start_now(at_once(), asyncio.get_running_loop())
    _, task = start_now(later(), asyncio.get_running_loop())
    assert task is not None
    with pytest.raises(ValueError, match="later"):
        await task


async def test_a_cancellation_reaches_the_work() -> None:
    """Its own clean-up runs."""
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cleaned.append("cleaned")

    _, task = start_now(work(), asyncio.get_running_loop())
    assert task is not None
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cleaned == ["cleaned"]
