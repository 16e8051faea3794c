"""Blocking clients, carried beside the event loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T]) -> T:
    """Runs blocking ``work`` in a thread of its own and returns what it returns.

    A thread per call instead of a pool: as many calls run at once as are asked for, and daemon
    threads let the process end while a call still blocks. Cancelling the awaiting task leaves the
    thread running, as it does in any application.
    """
    result: concurrent.futures.Future[T] = concurrent.futures.Future()
    threading.Thread(target=_run, args=(work, result), daemon=True).start()
    return await asyncio.wrap_future(result)


def _run(work: Callable[[], T], result: concurrent.futures.Future[T]) -> None:
    if not result.set_running_or_notify_cancel():
        return
    try:
        value = work()
    except StopIteration as error:
        # a future cannot carry it: it would end the awaiting coroutine instead
        result.set_exception(RuntimeError(f"StopIteration: {error}"))
    except BaseException as error:  # noqa: BLE001 - handed on whole to the awaiting task
        result.set_exception(error)
    else:
        result.set_result(value)
