"""A miniature with a cache, batches, a fallback and a budget, each decision a method of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.miniature import (
    CHAT,
    EMBEDDING,
    Canned,
    NeverCalls,
    Null,
    Refuses,
)
from tests.scenarios.catalogue.streamer import Streamer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Caller = tuple[str, asyncio.Future[Any]]

EMBEDDING_MODEL = "pawa-embeddings-v1-20241001"


class Provident(Streamer):
    """One instance. A word costs one unit."""

    claims: ClassVar[tuple[str, ...]] = (
        *Streamer.claims,
        "cache",
        "batching",
        "fallback_model",
        "budget_guard",
    )

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.stored: dict[bytes, dict[str, Any]] = {}
        self.spent = 0.0
        self.waiting: list[Caller] = []
        self.sending: set[asyncio.Task[None]] = set()

    # -- decisions ------------------------------------------------------------------------------

    def check_key(self) -> None:
        if not self.settings.get("api_key"):
            raise HostedError("config", "an API key is needed")

    def cache_key(self, body: Mapping[str, Any]) -> bytes:
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)

    def is_worth_storing(self, answer: Mapping[str, Any]) -> bool:
        return answer.get("finish_reason") == "stop" and not answer["degraded"]

    def may_spend(self) -> bool:
        budget = self.settings.get("budget")
        return budget is None or self.spent < budget["limit"]

    def moves_on(self, failure: HostedError) -> bool:
        """Whether another model may be asked after this failure."""
        return self.is_retryable(failure)

    def at_target(self, body: Mapping[str, Any], model: str) -> dict[str, Any]:
        """The body as the model gets it."""
        return {**body, "model": model}

    def is_retryable(self, failure: HostedError) -> bool:
        return failure.kind != "budget_exhausted" and super().is_retryable(failure)

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        failure = super().error(status, body, headers)
        if failure.facts["code"] == "budget_exceeded":
            failure.kind = "budget_exhausted"
        return failure

    # -- chat -----------------------------------------------------------------------------------

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Callable[[str], None],
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        self.check_key()
        body = {"model": self.settings["model"], **request}
        key = self.cache_key(body)
        if key in self.stored:
            return {**self.stored[key], "source": "cache", "cost": 0.0}
        if not self.may_spend():
            raise HostedError("budget_exhausted", "nothing is left of the budget")
        answer = await self.by_any(body, emit, deadline_s)
        answer["cost"] = float(len(answer["text"].split()))
        self.spent += answer["cost"]
        if self.settings.get("cache") and self.is_worth_storing(answer):
            self.stored[key] = answer
        return answer

    async def by_any(
        self, body: Mapping[str, Any], emit: Callable[[str], None], deadline_s: float | None
    ) -> dict[str, Any]:
        """The answer of the first model that gives one."""
        models = [body["model"], *self.settings.get("fallback_models", ())]
        share_s = None if deadline_s is None else deadline_s / len(models)
        for number, model in enumerate(models):
            try:
                answer = await self.pursue(CHAT, self.at_target(body, model), emit, share_s)
                return self.labelled(answer, degraded=number > 0)
            except HostedError as error:
                failure = error
            if failure.facts.get("partial") or not self.moves_on(failure):
                break
        raise failure

    def labelled(self, answer: dict[str, Any], *, degraded: bool) -> dict[str, Any]:
        source = "fallback_model" if degraded else "live"
        return {**answer, "degraded": degraded, "source": source}

    # -- embeddings -----------------------------------------------------------------------------

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        self.check_key()
        if "batching" not in self.settings:
            return {"vectors": await self.vectors(request["sentences"])}
        loop = asyncio.get_running_loop()
        callers: list[Caller] = [(text, loop.create_future()) for text in request["sentences"]]
        for caller in callers:
            self.add(caller)
        return {"vectors": await asyncio.gather(*(future for _, future in callers))}

    def add(self, caller: Caller) -> None:
        """Puts a sentence into the batch that fills, which leaves when it is full or due."""
        if self.is_full([*self.waiting, caller]):
            self.send()
        if not self.waiting:
            self.timer = asyncio.get_running_loop().call_later(self.linger_s(), self.send)
        self.waiting.append(caller)

    def is_full(self, callers: Sequence[Caller]) -> bool:
        """Whether these are more than one request may carry."""
        batching = self.settings["batching"]
        size = sum(len(sentence.encode()) for sentence, _ in callers)
        return len(callers) > batching["max_items"] or size > batching["max_bytes"]

    def linger_s(self) -> float:
        return float(self.settings["batching"]["linger_s"])

    def send(self) -> None:
        callers, self.waiting = self.waiting, []
        self.timer.cancel()
        if callers:
            task = asyncio.get_running_loop().create_task(self.carry(callers))
            self.sending.add(task)
            task.add_done_callback(self.sending.discard)

    async def carry(self, callers: Sequence[Caller]) -> None:
        try:
            vectors = await self.vectors([sentence for sentence, _ in callers])
        except HostedError as error:
            for _, future in callers:
                future.set_exception(error)
        else:
            for (_, future), vector in zip(callers, vectors, strict=True):
                future.set_result(vector)

    async def vectors(self, sentences: Sequence[str]) -> list[Any]:
        """One vector or error for each sentence, in order."""
        body = {"model": EMBEDDING_MODEL, "lang": "multi", "sentences": sentences}
        answer = await self.pursue(EMBEDDING, body, lambda _: None, None)
        return self.in_order(answer["vectors"])

    def in_order(self, entries: list[Any]) -> list[Any]:
        """The entries of an answer by their index, where they have one."""
        if not all(isinstance(entry, dict) for entry in entries):
            return entries
        placed = sorted(entries, key=lambda entry: entry["index"])
        return [self.item(entry) for entry in placed]

    def item(self, entry: Mapping[str, Any]) -> Any:
        """A vector, or an error in its place."""
        if "error" in entry:
            told = entry["error"]
            return {"error": {"kind": "invalid_request", "message": told["message"]}}
        return entry["embedding"]


class ClaimsAll(Null):
    """Does nothing, and claims all that the good one claims."""

    claims = Provident.claims


class NeverCallsAtAll(ClaimsAll, NeverCalls):
    """Never sends anything and always reports a clean error."""


class RefusesAll(ClaimsAll, Refuses):
    """Refuses everything, as if over its budget."""

    async def behave(self) -> dict[str, Any]:
        raise HostedError("budget_exhausted", "nothing is left")


class AnswersFromATable(ClaimsAll, Canned):
    """Answers without the server, as if from its cache."""

    async def behave(self) -> dict[str, Any]:
        return {**await super().behave(), "source": "cache", "finish_reason": "stop"}


NULLS = (NeverCallsAtAll, RefusesAll, AnswersFromATable)
"""Clients that must not pass any row."""
