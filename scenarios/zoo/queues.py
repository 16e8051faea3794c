"""Defects in waiting: for a slot, for a better time, for others."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, ClassVar

from scenarios.reference import PawaError
from scenarios.reference.concurrency import ConcurrencyLimit
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import QueueFullError, RateLimitedError
from scenarios.reference.pursuit import Pursuit
from scenarios.reference.retry import Pause
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scenarios.reference import Parts, Settings
    from scenarios.reference.call import Call, Flow
    from scenarios.reference.retry import Stop
    from scenarios.reference.transport import Target

LONGEST_LULL_S = 30.0
UNTOLD_PAUSE_S = 1.0


@defect(
    "M94",
    seen="the pattern of cascading failure in the SRE book",
    under_load={"LOAD-012": "*expired*"},
)
class SendsExpiredWork(Pursuit):
    """A queue without bound or clock keeps failed work, and sends it when nobody waits for it."""

    async def answer(self, call: Call) -> Flow:
        """Until it works."""
        call.deadline = Deadline()
        async with aclosing(super().answer(call)) as flow:
            async for piece in flow:
                yield piece

    def what_next(
        self, failure: PawaError, target: Target, attempt: int, until: Deadline
    ) -> Stop | Pause:
        """Back into the queue."""
        if isinstance(failure, QueueFullError) or self._parts.retry.is_retryable(failure):
            return Pause(self._parts.retry.delay_s(None, attempt, self._parts.draw()))
        return super().what_next(failure, target, attempt, until)


@defect(
    "M106",
    seen="plausible: a switch that says that the server is back",
    under_load={"LOAD-003": "*peak*"},
)
class DumpsItsBacklog(Pursuit):
    """What failed is kept until an answer comes, and then sent all at once."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        super().__init__(settings, parts)
        self._back = asyncio.Event()

    async def answer(self, call: Call) -> Flow:
        """Kept for as long as it takes."""
        call.deadline = Deadline()
        async with aclosing(super().answer(call)) as flow:
            async for piece in flow:
                yield piece

    async def one(
        self, call: Call, target: Target, encoded: bytes, attempt: int, until: Deadline
    ) -> Flow:
        """Again and again, each time that somebody else has got an answer."""
        while True:
            try:
                async with aclosing(super().one(call, target, encoded, attempt, until)) as flow:
                    async for piece in flow:
                        yield piece
            except PawaError as error:
                if not self._parts.retry.is_retryable(error):
                    raise
            else:
                self._release()
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._back.wait(), LONGEST_LULL_S)

    def _release(self) -> None:
        self._back.set()
        self._back = asyncio.Event()


@defect(
    "M165",
    seen="the pattern of cascading failure in the SRE book",
    under_load={"LOAD-007": "*in flight*"},
)
class TakesOnEverything(ConcurrencyLimit):
    """A slow server makes the list of calls under way grow without limit."""

    @asynccontextmanager
    async def slot(self, deadline: Deadline) -> AsyncIterator[None]:
        """There is always another one."""
        del deadline
        yield


@defect(
    "Z19",
    seen="plausible: a pause kept in a module, where all clients of the process find it",
    under_load={"LOAD-010": "*delay*"},
)
class PausesEveryClient(Pursuit):
    """One gate for all clients of the process: what one is told to wait, all wait."""

    opens_at_s: ClassVar[float] = 0.0

    def note(self, call: Call, target: Target, error: PawaError) -> None:
        """A 429 closes the gate."""
        super().note(call, target, error)
        if isinstance(error, RateLimitedError):
            until_s = time.monotonic() + (error.retry_after_s or UNTOLD_PAUSE_S)
            PausesEveryClient.opens_at_s = max(PausesEveryClient.opens_at_s, until_s)

    async def one(
        self, call: Call, target: Target, encoded: bytes, attempt: int, until: Deadline
    ) -> Flow:
        """Nobody passes a closed gate."""
        await asyncio.sleep(max(0.0, self.opens_at_s - time.monotonic()))
        async with aclosing(super().one(call, target, encoded, attempt, until)) as flow:
            async for piece in flow:
                yield piece
