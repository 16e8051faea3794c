"""Blocking work beside the event loop."""

from __future__ import annotations

import asyncio
import threading

import pytest

from scenarios.clients.threads import in_own_thread


async def test_what_the_work_returns_is_returned() -> None:
    """And it ran in another thread, which does not keep the process alive."""
    thread = await in_own_thread(threading.current_thread)

    assert thread is not threading.current_thread()
    assert thread.daemon


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)])
async def test_what_the_work_raises_is_raised(error: BaseException) -> None:
    """Even what would end a program."""

    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        await in_own_thread(work)


async def test_stop_iteration_cannot_leak_into_the_waiting_coroutine() -> None:
    """It becomes an ordinary error."""

    def work() -> None:
        raise StopIteration("end")

    with pytest.raises(RuntimeError, match="StopIteration: end"):
        await in_own_thread(work)


async def test_a_hundred_calls_block_side_by_side() -> None:
    """No pool holds the last ones back."""
    together = threading.Barrier(100, timeout=20)

    await asyncio.gather(*(in_own_thread(together.wait) for _ in range(100)))


async def test_a_cancelled_waiter_leaves_the_thread_to_itself() -> None:
    """The work goes on, as in any application, and disturbs nobody when it ends."""
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(10)
        done.set()

    waiting = asyncio.create_task(in_own_thread(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()

    assert await in_own_thread(lambda: done.wait(10))
