"""The engine in a thread of its own, so that pytest can wait for one row after the other."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.clients.protocol import Manifest
    from scenarios.engine import Engine, Judged, Listener

STOPPING_S = 20.0


class BackgroundRun:
    """Starts an engine and hands out each row's judgement when it is there.

    ``make_engine`` gets the listener that the engine has to tell; `also` hears the same (the live
    progress).
    """

    def __init__(
        self,
        make_engine: Callable[[Listener], Engine],
        rows: tuple[CatalogueRow, ...],
        also: Listener | None = None,
    ) -> None:
        self.engine = make_engine(self)
        self.error: Exception | None = None
        """What ended the engine before its time; None after a run that ended or was stopped."""
        self._also = also
        self._ready: Future[Manifest] = Future()
        self._judged: dict[str, Future[Judged]] = {row.id: Future() for row in rows}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._work, name="pawa-scenarios", daemon=True)

    def start(self) -> Manifest:
        """Start the client and the scenarios; returns when the client has said hello.

        Raises:
            InputError: The client cannot be started, or a port is taken.
        """
        self._thread.start()
        return self._ready.result()

    def wait_for(self, row_id: str) -> Judged:
        """The judgement of one row.

        Raises:
            Exception: Whatever ended the engine before the row was judged.
        """
        return self._judged[row_id].result()

    def stop(self) -> None:
        """End the run, finished or not, and wait until everything it opened is closed."""
        unfinished = any(not future.done() for future in self._judged.values())
        if unfinished and self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread.ident is not None:
            self._thread.join(STOPPING_S)

    # -- the engine's listener ------------------------------------------------------------------

    def run_started(self, manifest: Manifest) -> None:
        """The client has said hello."""
        self._ready.set_result(manifest)
        if self._also is not None:
            self._also.run_started(manifest)

    def row_started(self, row: CatalogueRow) -> None:
        """The scenario of a row has begun."""
        if self._also is not None:
            self._also.row_started(row)

    def row_judged(self, judged: Judged) -> None:
        """A row has its verdict."""
        self._judged[judged.row.id].set_result(judged)
        if self._also is not None:
            self._also.row_judged(judged)

    # -- the thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for a row
            self.error = error if isinstance(error, Exception) else None
            self._fail(error)
        else:
            self._fail(RuntimeError("the engine ended without judging the row"))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self.engine.run())
        await self._task

    def _fail(self, error: BaseException) -> None:
        waiting: list[Future[Manifest] | Future[Judged]] = [self._ready, *self._judged.values()]
        for future in waiting:
            if not future.done():
                future.set_exception(error)
