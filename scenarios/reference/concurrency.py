"""No more than so many requests at once; the others wait their turn, first come, first served."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from scenarios.reference.errors import DeadlineExceededError, QueueFullError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scenarios.reference.deadline import Deadline


class ConcurrencyLimit:
    """Hands out slots. A slot is held for one attempt, never during a pause."""

    def __init__(self, max_concurrency: int, queue_limit: int | None = None) -> None:
        self._slots = asyncio.Semaphore(max_concurrency)
        self._queue_limit = queue_limit
        self._waiting = 0

    @asynccontextmanager
    async def slot(self, deadline: Deadline) -> AsyncIterator[None]:
        """Holds a slot.

        Raises QueueFullError, or DeadlineExceededError when none comes free in time.
        """
        await self._acquire(deadline)
        try:
            yield
        finally:
            self._slots.release()

    async def _acquire(self, deadline: Deadline) -> None:
        if self._slots.locked() and self._waiting == self._queue_limit:
            raise QueueFullError(f"{self._waiting} calls already wait for a free slot")
        self._waiting += 1
        try:
            async with asyncio.timeout(deadline.timeout_s):
                await self._slots.acquire()
                return
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        raise DeadlineExceededError("the deadline passed while the call waited for a free slot")
