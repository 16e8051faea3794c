"""The client: what a caller sees, and the way of a call from top to bottom.

cache → budget → target after target → attempt after attempt → answer → budget settled → cache.
What stands in the way of one attempt (slot, breaker, retry policy, retry budget): ``pursuit.py``.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Self

from scenarios.reference.answers import Answer, EmbeddingAnswer, Usage
from scenarios.reference.assembly import Parts, standard_parts
from scenarios.reference.batching import Batcher, BatchKey, Delivered
from scenarios.reference.deadline import Deadline
from scenarios.reference.errors import BudgetExhaustedError, InvalidRequestError, PawaError
from scenarios.reference.fallback import chat_targets, embedding_targets
from scenarios.reference.requests import CHAT_PATH, EMBEDDING_PATH, chat_body, embedding_body
from scenarios.reference.secrets import Secret, check_key
from scenarios.reference.stream import AnswerStream
from scenarios.reference.tokens import cost_of, tokens_of, usage_of_request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.reference.budget import Budget, Reservation
    from scenarios.reference.call import Call, Flow
    from scenarios.reference.settings import Settings


class PawaClient:
    """A client of the Pawa AI API. Use it as an async context manager, or call :meth:`aclose`.

    Chat and embedding calls are treated as safe to repeat: the worst that a repeated one can do is
    cost its tokens twice. Every method raises a subclass of :class:`PawaError`, or
    :class:`asyncio.CancelledError` when it is cancelled. ``parts`` exchanges any strategy.
    """

    def __init__(self, settings: Settings, parts: Parts | None = None) -> None:
        self.settings = settings
        self.parts = parts or standard_parts(settings)
        self._pursuit = self.parts.pursuit(settings, self.parts)
        self._key = self._admit_key(settings.api_key)
        for target in chat_targets(settings, self._key, settings.model):
            self.parts.scrubber.add(target.api_key)
        self._batcher = self.new_batcher()

    async def chat(
        self, request: Mapping[str, Any], *, deadline_s: float | None = None, fallback: bool = True
    ) -> Answer:
        """Asks for a whole answer.

        ``request`` is Pawa's own body (pawa-api.md section 3.1); unknown fields go along unchanged,
        and the model defaults to the one in the settings. ``deadline_s`` bounds everything: queue,
        attempts and pauses. ``fallback`` False keeps to the primary.
        """
        async with self._stream(request, request.get("stream") is True, deadline_s, fallback) as it:
            async for _ in it:
                pass
            return it.answer

    def stream(
        self, request: Mapping[str, Any], *, deadline_s: float | None = None, fallback: bool = True
    ) -> AnswerStream:
        """Asks for an answer as it is made; see :class:`AnswerStream` for how to read it.

        Until the first piece of text has arrived, retries and fallback work as in :meth:`chat`.
        After it nothing starts over: what breaks then is an error that holds the partial text.
        """
        return self._stream(request, True, deadline_s, fallback)

    async def embed(
        self,
        sentences: Sequence[str],
        *,
        model: str | None = None,
        lang: str = "multi",
        deadline_s: float | None = None,
        fallback: bool = True,
    ) -> EmbeddingAnswer:
        """Asks for one vector for each sentence; an item that failed holds its error instead.

        With batching on, the sentences of concurrent calls travel together.
        """
        with self.parts.telemetry.call():
            if isinstance(sentences, str) or not all(_is_text(each) for each in sentences):
                raise InvalidRequestError("sentences is a list of texts, none of them empty")
            key = BatchKey(model or self.settings.embedding_model, lang, self._key, fallback)
            if not sentences:
                return EmbeddingAnswer((), key.model, attempts=0)
            deadline = self.deadline(deadline_s)
            if self._batcher is None:
                return await self._embed(sentences, key, deadline)
            delivered = await self._batcher.submit(sentences, key, deadline)
            self.parts.telemetry.batched_items += len(delivered)
            return _gathered(delivered)

    async def rotate_key(self, api_key: str) -> None:
        """Uses another key for all calls from now on; calls under way keep theirs."""
        self._key = self._admit_key(api_key)

    def telemetry(self) -> dict[str, Any]:
        """The counters, how often a breaker opened, and the alerts of the budget."""
        alerts = self.parts.budget.alerts if self.parts.budget else []
        told = [{"kind": alert.kind, "at": alert.at, "detail": alert.detail} for alert in alerts]
        opened = self.parts.breakers.opened if self.parts.breakers else 0
        return {**self.parts.telemetry.snapshot(), "breaker_opened": opened, "alerts": told}

    async def aclose(self) -> None:
        """Ends what is under way in batches, and closes every connection."""
        if self._batcher is not None:
            await self._batcher.aclose()
        await self.parts.transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def accept_key(self, api_key: str) -> Secret:
        """A key fit for use; raises ConfigError."""
        return check_key(api_key)

    def new_batcher(self) -> Batcher | None:
        """The batcher that the settings ask for."""
        batching = self.settings.batching
        if batching is None:
            return None
        return Batcher(
            self._embed,
            max_items=batching.max_items,
            max_bytes=batching.max_bytes,
            linger_s=batching.linger_s,
        )

    def _admit_key(self, api_key: str) -> Secret:
        secret = self.accept_key(api_key)
        self.parts.scrubber.add(secret)
        return secret

    def deadline(self, deadline_s: float | None) -> Deadline:
        """When a call that begins now must be over: the caller's word, else the settings'."""
        return Deadline.after(self.settings.max_elapsed_s if deadline_s is None else deadline_s)

    def _stream(
        self, request: Mapping[str, Any], streams: bool, deadline_s: float | None, fallback: bool
    ) -> AnswerStream:
        deadline = self.deadline(deadline_s)
        return AnswerStream(self._chat(request, streams, deadline, fallback))

    async def _chat(
        self, request: Mapping[str, Any], streams: bool, deadline: Deadline, fallback: bool
    ) -> Flow:
        """The way of a chat call."""
        with self.parts.telemetry.call():
            body = chat_body(request, self.settings.model, stream=streams)
            targets = chat_targets(self.settings, self._key, body["model"])
            walked = targets if fallback else targets[:1]
            call = self.parts.call(CHAT_PATH, body, walked, deadline)
            cache = self.parts.cache
            key = cache.key(body, self.settings.base_url, self._key) if cache else ""
            if cache and (stored := cache.lookup(key)):
                self.parts.telemetry.cache_hits += 1
                if streams and stored.text:
                    yield stored.text
                yield stored
                return
            async with aclosing(self._paid(call)) as flow:
                async for piece in flow:
                    if cache and isinstance(piece, Answer):
                        cache.store(key, piece)
                    yield piece

    async def _embed(
        self, sentences: Sequence[str], key: BatchKey, deadline: Deadline
    ) -> EmbeddingAnswer:
        """One request for vectors, with everything that a chat call has but the cache."""
        body = embedding_body(sentences, key.model, key.lang)
        targets = embedding_targets(self.settings, key.api_key, key.model)
        walked = targets if key.fallback else targets[:1]
        call = self.parts.call(EMBEDDING_PATH, body, walked, deadline)
        answer: EmbeddingAnswer | None = None
        async with aclosing(self._paid(call)) as flow:
            async for piece in flow:
                if isinstance(piece, EmbeddingAnswer):
                    answer = self.with_clean_errors(piece)
        if answer is None:
            raise RuntimeError("an embedding call ended without an answer or an error")
        return answer

    async def _paid(self, call: Call) -> Flow:
        """The call within the budget: reserved, made, settled."""
        budget = self.parts.budget
        reservation = self.reserve(budget, call) if budget else None
        cost = 0.0
        try:
            async with aclosing(self._pursuit.answer(call)) as flow:
                async for piece in flow:
                    if not isinstance(piece, str):
                        cost = self._count(call, piece)
                    yield piece
        finally:
            cost = cost or self.cost_of_partial(call)
            self.parts.telemetry.spend += cost
            if budget and reservation:
                budget.settle(reservation, cost)

    def reserve(self, budget: Budget, call: Call) -> Reservation:
        """Sets aside what the call may cost; raises BudgetExhaustedError before the wire."""
        price = self.settings.price_of(call.primary.model)
        most = usage_of_request(call.body)
        least = Usage(most.tokens_in, 0)
        try:
            return budget.reserve(cost_of(least, price), cost_of(most, price))
        except BudgetExhaustedError:
            self.parts.telemetry.budget_refusals += 1
            raise

    def cost_of_partial(self, call: Call) -> float:
        """What a call that ended too early has cost, as far as it can be seen: a guess."""
        if not call.text:
            return 0.0
        asked = usage_of_request(call.body)
        price = self.settings.price_of(call.primary.model)
        return cost_of(Usage(asked.tokens_in, tokens_of("".join(call.text))), price)

    def with_clean_errors(self, answer: EmbeddingAnswer) -> EmbeddingAnswer:
        """The answer, its items' errors free of secrets and with the request's id."""
        for item in answer.vectors:
            if isinstance(item, PawaError):
                item.hide(self.parts.scrubber.scrub)
                item.request_id = answer.request_id
        return answer

    def _count(self, call: Call, answer: Answer | EmbeddingAnswer) -> float:
        """Adds an answer to the counters and returns its cost, guessed where it has no usage."""
        if answer.usage is not None:
            self.parts.telemetry.tokens_in += answer.usage.tokens_in
            self.parts.telemetry.tokens_out += answer.usage.tokens_out
        if answer.cost is not None:
            return answer.cost
        text = answer.text if isinstance(answer, Answer) else ""
        asked = usage_of_request(call.body)
        guess = Usage(asked.tokens_in, tokens_of(text) if text else 0)
        return cost_of(guess, self.settings.price_of(call.primary.model))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _gathered(delivered: Sequence[Delivered]) -> EmbeddingAnswer:
    """One call's answer out of the answers of the requests that carried its sentences."""
    answers = list({id(each.answer): each.answer for each in delivered if each.answer}.values())
    last = answers[-1]
    ids = tuple(answer.request_id for answer in answers if answer.request_id)
    alone = len(answers) == 1 and len(last.vectors) == len(delivered)
    return EmbeddingAnswer(
        vectors=tuple(each.vector for each in delivered),
        model=last.model,
        usage=last.usage if alone else None,
        request_ids=ids,
        source=last.source,
        degraded=any(answer.degraded for answer in answers),
        cost=last.cost if alone else None,
        attempts=max(answer.attempts for answer in answers),
    )
