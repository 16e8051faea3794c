"""The official Python SDK (``pawa-ai``), carried by the host: ``pawa-sdk`` and ``pawa-sdk-async``.

Only the SDK's public calls, used as its README shows. Text is taken along the documented path
``response["data"]["request"][0]["message"]["content"]``; where that path raises, an application
meets that very exception, so it is the outcome (``internal``, with its class in ``code``). Streams
are read through ``text_deltas()``, as the README does; ``chunks()`` would show the ``success:
false`` of a chunk, and raises no more than it. Error
kinds follow what a caller can catch: the SDK's class, and its ``status_code``. All network trouble
is one ``APIConnectionError``, so it is all ``connection``: telling timeouts from resets would mean
reading message texts.
"""

from __future__ import annotations

import asyncio
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pawa_ai import (  # type: ignore[import-untyped]  # the SDK ships no py.typed
    APIConnectionError,
    APIStatusError,
    AsyncChatCompletionStream,
    AsyncPawaAI,
    AuthenticationError,
    BadRequestError,
    ChatCompletionStream,
    EmbeddingResponse,
    NotFoundError,
    PawaAI,
    RateLimitError,
    RetryConfig,
)

from scenarios.clients.hosted import Emit, HostedClient, HostedError, HostedFactory, Pace
from scenarios.clients.threads import in_own_thread

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAIMS = ("retry", "backoff_jitter", "retry_after", "streaming")
"""What the README promises: retries with exponential backoff and jitter, Retry-After, streaming."""

LIMITS = {
    "max_attempts": 3,
    "backoff_base_s": 0.5,
    "backoff_cap_s": 8,
    "backoff_family": "additive",
    "timeout_s": 60,
}
"""The documented defaults: two retries, a delay of 0.5 s doubled up to 8 s, a 60 s timeout."""

KIND_BY_CLASS = (
    (AuthenticationError, "auth"),
    (BadRequestError, "invalid_request"),
    (NotFoundError, "not_found"),
    (RateLimitError, "rate_limited"),
)
KIND_BY_STATUS = {402: "budget_exhausted", 403: "permission", 413: "too_large"}


class SdkFactory:
    """Opens clients of the SDK, blocking or asynchronous."""

    def __init__(self, *, asynchronous: bool) -> None:
        self._asynchronous = asynchronous
        self._opening = asyncio.Lock()

    def manifest(self) -> Mapping[str, Any]:
        """Who this is; an asynchronous call can be cancelled as any asyncio task can."""
        more = ("cancellation",) if self._asynchronous else ()
        return {
            "name": "pawa-sdk-async" if self._asynchronous else "pawa-sdk",
            "version": version("pawa-ai"),
            "language": "python",
            "claims": [*CLAIMS, *more],
            "limits": LIMITS,
        }

    async def open(self, settings: Mapping[str, Any]) -> HostedClient:
        """A fresh SDK client; what the SDK raises over its arguments is handed on."""
        model = settings.get("model")
        sdk_class = AsyncPawaAI if self._asynchronous else PawaAI
        try:
            # each SDK client reads all CA certificates (20 ms and more): done on the event loop, it
            # would hold up the calls of every other instance in this process
            async with self._opening:
                client = await in_own_thread(lambda: sdk_class(**sdk_options(settings)))
        except Exception as error:
            raise hosted_error(error) from error
        return AsyncSdkClient(client, model) if self._asynchronous else SyncSdkClient(client, model)


def sync_factory() -> HostedFactory:
    """The factory of ``pawa-sdk``."""
    return SdkFactory(asynchronous=False)


def async_factory() -> HostedFactory:
    """The factory of ``pawa-sdk-async``."""
    return SdkFactory(asynchronous=True)


class WithoutExtras:
    """What the SDK does not have, refused in so many words."""

    async def rotate_key(self, _api_key: str) -> None:
        """Refused: the SDK takes its key when it is made."""
        raise HostedError("unsupported", "the SDK has no way to change the key of a client")

    async def telemetry(self) -> dict[str, Any]:
        """Refused: the SDK counts nothing."""
        raise HostedError("unsupported", "the SDK keeps no counters")


class SyncSdkClient(WithoutExtras):
    """One ``PawaAI``, each call in a thread of its own."""

    def __init__(self, client: PawaAI, model: str | None) -> None:
        self._client = client
        self._model = model

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Emit,
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """``chat.create``; a stream is read through ``text_deltas()``."""
        refuse_what_is_missing(deadline_s, fallback)
        params = chat_params(request, self._model)
        return await in_own_thread(lambda: self._chat(params, emit, Pace.of(pace)))

    def _chat(self, params: dict[str, Any], emit: Emit, pace: Pace) -> dict[str, Any]:
        delivered: list[str] = []
        try:
            reply = self._client.chat.create(**params)
            if not isinstance(reply, ChatCompletionStream):
                return answer(reply)
            with reply as stream:
                for delta in stream.text_deltas():
                    emit(delta)
                    delivered.append(delta)
                    if pace.stops_after(len(delivered)):
                        break
                    time.sleep(pace.wait_after(len(delivered)))
        except Exception as error:
            raise hosted_error(error, delivered) from error
        return {"text": "".join(delivered)}

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        """``vectors.create``."""
        refuse_what_is_missing(deadline_s, None)
        try:
            reply = await in_own_thread(lambda: self._client.vectors.create(**request))
            return embedded(reply)
        except Exception as error:
            raise hosted_error(error) from error

    async def close(self) -> None:
        """Closes the SDK client."""
        self._client.close()


class AsyncSdkClient(WithoutExtras):
    """One ``AsyncPawaAI``."""

    def __init__(self, client: AsyncPawaAI, model: str | None) -> None:
        self._client = client
        self._model = model

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Emit,
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """``chat.create``; a stream is read through ``text_deltas()``."""
        refuse_what_is_missing(deadline_s, fallback)
        reading = Pace.of(pace)
        delivered: list[str] = []
        try:
            reply = await self._client.chat.create(**chat_params(request, self._model))
            if not isinstance(reply, AsyncChatCompletionStream):
                return answer(reply)
            async with reply as stream:
                async for delta in stream.text_deltas():
                    emit(delta)
                    delivered.append(delta)
                    if reading.stops_after(len(delivered)):
                        break
                    await asyncio.sleep(reading.wait_after(len(delivered)))
        except Exception as error:
            raise hosted_error(error, delivered) from error
        return {"text": "".join(delivered)}

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        """``vectors.create``."""
        refuse_what_is_missing(deadline_s, None)
        try:
            return embedded(await self._client.vectors.create(**request))
        except Exception as error:
            raise hosted_error(error) from error

    async def close(self) -> None:
        """Closes the SDK client."""
        await self._client.close()


def sdk_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The constructor arguments for the settings that the SDK has; the rest it does not know."""
    names = {"base_url": "base_url", "api_key": "api_key", "timeout_s": "timeout"}
    options = {ours: settings[theirs] for theirs, ours in names.items() if theirs in settings}
    retry: dict[str, Any] = {}
    if "max_attempts" in settings:
        retry["max_retries"] = settings["max_attempts"] - 1
    if "backoff_base_s" in settings:
        retry["initial_delay"] = settings["backoff_base_s"]
    if "backoff_cap_s" in settings:
        retry["max_delay"] = settings["backoff_cap_s"]
    return {**options, "retry_config": RetryConfig(**retry)}


def chat_params(request: Mapping[str, Any], model: str | None) -> dict[str, Any]:
    """The keywords of ``chat.create``, which forwards every one of them into the body."""
    return {**({"model": model} if model else {}), **request}


def refuse_what_is_missing(deadline_s: float | None, fallback: bool | None) -> None:
    """An option that the SDK does not have is refused, never dropped in silence."""
    if deadline_s is not None:
        raise HostedError("unsupported", "the SDK has no deadline for a call")
    if fallback:
        raise HostedError("unsupported", "the SDK has no fallback")


def answer(body: Any) -> dict[str, Any]:
    """The facts in a chat answer; the access path raises what an application would meet."""
    choice = body["data"]["request"][0]
    message = choice["message"]
    calls = message.get("tool_calls")
    return {
        "text": text_or_none(message["content"]),
        "finish_reason": text_or_none(choice.get("finish_reason")),
        "model": text_or_none(body["data"].get("model")),
        "usage": usage(body["data"].get("usage")),
        "tool_calls": calls if isinstance(calls, list) else None,
    }


def usage(counted: Any) -> dict[str, int] | None:
    """Tokens of an answer's ``usage``, where they are whole numbers."""
    if not isinstance(counted, dict):
        return None
    names = ("tokens_in", "tokens_out")
    return {name: counted[name] for name in names if isinstance(counted.get(name), int)} or None


def embedded(reply: EmbeddingResponse | dict[str, Any]) -> dict[str, Any]:
    """The vectors as ``response.embeddings`` holds them."""
    if not isinstance(reply, EmbeddingResponse):
        raise TypeError("vectors.create gave no EmbeddingResponse")
    return {"vectors": reply.embeddings}


def text_or_none(value: object) -> str | None:
    """A string as it is; anything else is no text."""
    return value if isinstance(value, str) else None


def hosted_error(error: Exception, delivered: list[str] | None = None) -> HostedError:
    """An exception of the SDK in the protocol's words."""
    facts: dict[str, Any] = {"partial": "".join(delivered or []) or None}
    if isinstance(error, HostedError):
        return error
    if isinstance(error, APIStatusError):
        code = error.body.get("code") if isinstance(error.body, dict) else None
        facts |= {"status": error.status_code, "code": text_or_none(code)}
        return HostedError(kind_of(error), error.message, **facts)
    if isinstance(error, APIConnectionError):
        return HostedError("connection", str(error), **facts)
    return HostedError("internal", str(error), code=type(error).__name__, **facts)


def kind_of(error: APIStatusError) -> str:
    """The kind that a caller can tell from the SDK's class, or else from its ``status_code``."""
    for sdk_class, kind in KIND_BY_CLASS:
        if isinstance(error, sdk_class):
            return kind
    by_class = {3: "bad_response", 4: "invalid_request"}
    status: int = error.status_code
    return KIND_BY_STATUS.get(status, by_class.get(status // 100, "server_error"))
