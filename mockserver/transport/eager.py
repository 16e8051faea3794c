"""Starting a coroutine at once, without a turn of the event loop.

Most requests are answered without waiting for anything. Run up to its first wait right where it is
made, such a request costs no task at all; one that waits goes on as an ordinary task from there.
(What ``asyncio.Task(eager_start=True)`` does from Python 3.12 on, where the task is made anyway.)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine, Generator

T = TypeVar("T")


def start_now(
    work: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop
) -> tuple[T, None] | tuple[None, asyncio.Task[T]]:
    """Run ``work`` up to its first wait: its result, or the task that goes on from there.

    Until that wait there is no current task, so nothing may ask for one (``asyncio.timeout`` does).
    Raises what ``work`` raises before it.
    """
    try:
        awaited = work.send(None)
    except StopIteration as done:
        return done.value, None
    return None, loop.create_task(_go_on(_Started(work, awaited)))


async def _go_on(started: _Started[T]) -> T:
    return await started


class _Started(Generic[T]):
    """A coroutine in the middle, and what it waits for."""

    __slots__ = ("_awaited", "_work")

    def __init__(self, work: Coroutine[Any, Any, T], awaited: Any) -> None:
        self._work = work
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, T]:
        awaited = self._awaited
        while True:
            try:
                sent = yield awaited
            except BaseException as error:  # noqa: BLE001 - a cancellation belongs to the work
                go_on = partial(self._work.throw, error)
            else:
                go_on = partial(self._work.send, sent)
            try:
                awaited = go_on()
            except StopIteration as done:
                result: T = done.value
                return result
