"""Slots: never too many, never lost."""

from __future__ import annotations

import asyncio

import pytest

from scenarios.reference.concurrency import ConcurrencyLimit
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import DeadlineExceededError, QueueFullError


async def hold(limit: ConcurrencyLimit, until: asyncio.Event) -> None:
    async with limit.slot(Deadline()):
        await until.wait()


async def test_waiting_ends_with_the_deadline() -> None:
    """A call that gets no slot in time ends with its deadline, and takes no place afterwards."""
    limit, leave = ConcurrencyLimit(1), asyncio.Event()
    holder = asyncio.create_task(hold(limit, leave))
    await asyncio.sleep(0)

    with pytest.raises(DeadlineExceededError, match="free slot"):
        async with limit.slot(Deadline.after(0.05)):
            pass

    leave.set()
    await holder
    async with limit.slot(Deadline.after(1)):
        pass


async def test_full_queue() -> None:
    """Beyond the queue limit calls are refused at once; a cancelled waiter frees its place."""
    limit, leave = ConcurrencyLimit(1, queue_limit=1), asyncio.Event()
    holder = asyncio.create_task(hold(limit, leave))
    waiter = asyncio.create_task(hold(limit, leave))
    await asyncio.sleep(0)

    with pytest.raises(QueueFullError):
        async with limit.slot(Deadline()):
            pass

    waiter.cancel()
    await asyncio.wait([waiter])
    second = asyncio.create_task(hold(limit, leave))
    leave.set()
    await asyncio.gather(holder, second)


async def test_no_queue() -> None:
    """A queue limit of zero lets calls in while slots are free, and nobody wait."""
    limit = ConcurrencyLimit(1, queue_limit=0)

    async with limit.slot(Deadline()):
        with pytest.raises(QueueFullError):
            async with limit.slot(Deadline()):
                pass
    async with limit.slot(Deadline()):
        pass
