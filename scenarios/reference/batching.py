"""Sentences of several callers in one request, and each caller's vectors back to that caller."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.reference.errors import DeadlineExceededError, PawaError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from scenarios.reference.answers import EmbeddingAnswer, Vector
    from scenarios.reference.deadline import Deadline
    from scenarios.reference.secrets import Secret

    Send = Callable[[Sequence[str], "BatchKey", Deadline], Awaitable[EmbeddingAnswer]]


@dataclass(frozen=True, slots=True)
class BatchKey:
    """Only what has the same key may share a request."""

    model: str
    lang: str
    api_key: Secret
    fallback: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one sentence got, and the answer that it came with."""

    vector: Vector | PawaError
    answer: EmbeddingAnswer | None


@dataclass(slots=True)
class _Batch:
    """Sentences on their way, with someone waiting for each."""

    key: BatchKey
    sentences: list[str] = field(default_factory=list)
    waiters: list[asyncio.Future[Delivered]] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    size: int = 0
    timer: asyncio.TimerHandle | None = None

    def forget_deserted(self) -> None:
        """Leaves out the sentences whose callers have gone, be it at their deadline."""
        places = [place for place, waiter in enumerate(self.waiters) if not waiter.done()]
        self.sentences = [self.sentences[place] for place in places]
        self.waiters = [self.waiters[place] for place in places]
        self.deadlines = [self.deadlines[place] for place in places]


def _sorted_out(results: Sequence[Delivered | BaseException]) -> tuple[Delivered, ...]:
    """The results, with errors of single requests in their places; raises when nothing else is."""
    errors = [each for each in results if isinstance(each, BaseException)]
    serious = [each for each in errors if not isinstance(each, PawaError)]
    if errors and (serious or len(errors) == len(results)):
        raise (serious or errors)[0]
    return tuple(
        Delivered(each, None) if isinstance(each, PawaError) else each
        for each in results
        if isinstance(each, Delivered | PawaError)
    )


class Batcher:
    """Gathers sentences until a request is full or the oldest has waited ``linger_s``."""

    def __init__(self, send: Send, *, max_items: int, max_bytes: int, linger_s: float) -> None:
        self._send = send
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._linger_s = linger_s
        self._filling: dict[BatchKey, _Batch] = {}
        self._under_way: dict[asyncio.Task[None], _Batch] = {}

    async def submit(
        self, sentences: Sequence[str], key: BatchKey, deadline: Deadline
    ) -> tuple[Delivered, ...]:
        """One result for each sentence, in order; raises the error if every request failed.

        When only some of the requests that carry the sentences failed, the error stands in the
        place of theirs. A caller that gives up leaves the others alone; a request that nobody
        waits for any more is cancelled.
        """
        waiters = [self._add(sentence, key, deadline) for sentence in sentences]
        try:
            async with asyncio.timeout(deadline.timeout_s):
                results = await asyncio.gather(*waiters, return_exceptions=True)
            return _sorted_out(results)
        except TimeoutError:
            pass
        finally:
            for waiter in waiters:
                waiter.cancel()
            self._cancel_deserted()
        raise DeadlineExceededError("the deadline passed before the vectors came", ambiguous=True)

    async def aclose(self) -> None:
        """Cancels what is under way and waits until it has ended."""
        for batch in list(self._filling.values()):
            self._drop(batch)
        tasks = list(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _add(self, sentence: str, key: BatchKey, deadline: Deadline) -> asyncio.Future[Delivered]:
        size = len(sentence.encode("utf-8", "replace"))
        batch = self._filling.get(key)
        if batch is not None and batch.size + size > self._max_bytes:
            self._launch(batch)
            batch = None
        if batch is None:
            batch = self._filling[key] = _Batch(key)
            loop = asyncio.get_running_loop()
            batch.timer = loop.call_later(self._linger_s, self._launch, batch)
        waiter: asyncio.Future[Delivered] = asyncio.get_running_loop().create_future()
        batch.sentences.append(sentence)
        batch.waiters.append(waiter)
        batch.deadlines.append(deadline)
        batch.size += size
        if len(batch.sentences) >= self._max_items or batch.size >= self._max_bytes:
            self._launch(batch)
        return waiter

    def _launch(self, batch: _Batch) -> None:
        """Sends a batch on its way, without the sentences that nobody waits for any more."""
        self._detach(batch)
        batch.forget_deserted()
        if not batch.waiters:
            return
        task = asyncio.get_running_loop().create_task(self._carry(batch))
        self._under_way[task] = batch
        task.add_done_callback(self._under_way.pop)

    async def _carry(self, batch: _Batch) -> None:
        """Sends a batch and hands the results out."""
        latest = max(batch.deadlines, key=lambda deadline: deadline.at_s)
        try:
            answer = await self._send(batch.sentences, batch.key, latest)
            self.hand_out(batch.waiters, answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            self.fail(batch.waiters, error)
        finally:
            for waiter in batch.waiters:
                waiter.cancel()

    def hand_out(
        self, waiters: Sequence[asyncio.Future[Delivered]], answer: EmbeddingAnswer
    ) -> None:
        """Gives each waiter what belongs to its sentence."""
        for waiter, vector in zip(waiters, answer.vectors, strict=True):
            if not waiter.done():
                waiter.set_result(Delivered(vector, answer))

    def fail(self, waiters: Sequence[asyncio.Future[Delivered]], error: Exception) -> None:
        """Gives each waiter the error of the whole request, in a copy of its own."""
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(copy.copy(error))

    def _detach(self, batch: _Batch) -> None:
        if batch.timer is not None:
            batch.timer.cancel()
        if self._filling.get(batch.key) is batch:
            del self._filling[batch.key]

    def _drop(self, batch: _Batch) -> None:
        self._detach(batch)
        for waiter in batch.waiters:
            waiter.cancel()

    def _cancel_deserted(self) -> None:
        """Ends requests and timers that nobody waits for."""
        for batch in list(self._filling.values()):
            if all(waiter.done() for waiter in batch.waiters):
                self._detach(batch)
        for task, batch in list(self._under_way.items()):
            if all(waiter.done() for waiter in batch.waiters):
                task.cancel()
