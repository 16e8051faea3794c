"""The reference client, carried by the host: ``reference``.

The factory takes the way to build a client, so that a variant of it is driven in the same words.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from scenarios.clients.hosted import Emit, HostedClient, HostedError, HostedFactory, Pace
from scenarios.reference import (
    Answer,
    BatchSettings,
    BreakerSettings,
    BudgetSettings,
    CacheSettings,
    EmbeddingAnswer,
    FallbackTarget,
    PawaClient,
    PawaError,
    Settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CLAIMS = (
    "retry",
    "backoff_jitter",
    "retry_after",
    "queueing",
    "concurrency_limit",
    "retry_budget",
    "circuit_breaker",
    "deadline",
    "streaming",
    "tools",
    "cache",
    "batching",
    "fallback_model",
    "fallback_provider",
    "budget_guard",
    "budget_alerts",
    "key_rotation",
    "tls",
    "cancellation",
    "telemetry",
)

_DECLARED = (
    "timeout_s",
    "connect_timeout_s",
    "idle_timeout_s",
    "max_attempts",
    "backoff_base_s",
    "backoff_cap_s",
    "retry_after_cap_s",
    "retry_budget_ratio",
    "max_concurrency",
)
LIMITS = {
    **{field.name: field.default for field in fields(Settings) if field.name in _DECLARED},
    "backoff_family": "full",
}
"""The defaults of the client's own settings."""


class ReferenceFactory:
    """Opens reference clients, or what ``build`` makes of the same settings."""

    def __init__(
        self,
        build: Callable[[Settings], PawaClient] = PawaClient,
        *,
        name: str = "reference",
        claims: Iterable[str] = CLAIMS,
        limits: Mapping[str, Any] = LIMITS,
    ) -> None:
        self._build = build
        self._name = name
        self._claims = sorted(claims)
        self._limits = dict(limits)

    def manifest(self) -> Mapping[str, Any]:
        """Who this is."""
        return {
            "name": self._name,
            "version": version("pawa-resilience"),
            "language": "python",
            "claims": self._claims,
            "limits": self._limits,
        }

    async def open(self, settings: Mapping[str, Any]) -> HostedClient:
        """A fresh client; what its settings raise is handed on."""
        try:
            return ReferenceClient(self._build(client_settings(settings)))
        except PawaError as error:
            raise hosted_error(error) from error


def factory() -> HostedFactory:
    """The factory of ``reference``."""
    return ReferenceFactory()


class ReferenceClient:
    """One ``PawaClient``."""

    def __init__(self, client: PawaClient) -> None:
        self._client = client

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Emit,
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """``chat``, or ``stream`` when the request asks for one."""
        options: dict[str, Any] = {"deadline_s": deadline_s, "fallback": fallback is not False}
        try:
            if request.get("stream"):
                return await self._stream(request, options, emit, Pace.of(pace))
            return answer(await self._client.chat(request, **options))
        except PawaError as error:
            raise hosted_error(error) from error

    async def _stream(
        self, request: Mapping[str, Any], options: dict[str, Any], emit: Emit, pace: Pace
    ) -> dict[str, Any]:
        delivered: list[str] = []
        async with self._client.stream(request, **options) as stream:
            async for piece in stream:
                emit(piece)
                delivered.append(piece)
                if pace.stops_after(len(delivered)):
                    return {"text": "".join(delivered)}
                await asyncio.sleep(pace.wait_after(len(delivered)))
            return answer(stream.answer)

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        """``embed``."""
        try:
            return embedded(await self._client.embed(**request, deadline_s=deadline_s))
        except PawaError as error:
            raise hosted_error(error) from error

    async def rotate_key(self, api_key: str) -> None:
        """``rotate_key``."""
        try:
            await self._client.rotate_key(api_key)
        except PawaError as error:
            raise hosted_error(error) from error

    async def telemetry(self) -> dict[str, Any]:
        """``telemetry``."""
        return self._client.telemetry()

    async def close(self) -> None:
        """``aclose``."""
        await self._client.aclose()


def client_settings(settings: Mapping[str, Any]) -> Settings:
    """The settings that the client has; the rest it does not know.

    A missing key is an empty one, as it is in an application that reads it from nowhere.
    """
    known = {field.name for field in fields(Settings)}
    plain = {name: value for name, value in settings.items() if name in known}
    cache, batching, budget = (settings.get(name) for name in ("cache", "batching", "budget"))
    breaker = settings.get("breaker")
    return Settings(
        **{
            "api_key": "",
            **plain,
            "fallback_models": tuple(settings.get("fallback_models", ())),
            "fallbacks": tuple(FallbackTarget(**each) for each in settings.get("fallbacks", ())),
            "cache": CacheSettings(ttl_s=cache["ttl_s"]) if cache else None,
            "batching": BatchSettings(**batching) if batching else None,
            "budget": BudgetSettings(**budget) if budget else None,
            "breaker": BreakerSettings(**breaker) if breaker else None,
        }
    )


def answer(given: Answer) -> dict[str, Any]:
    """A chat answer in the protocol's words."""
    return {
        "text": given.text,
        "source": given.source,
        "model": given.model,
        "degraded": given.degraded,
        "finish_reason": given.finish_reason,
        "usage": asdict(given.usage) if given.usage else None,
        "cost": given.cost,
        "request_id": given.request_id,
        "attempts": given.attempts,
        "tool_calls": list(given.tool_calls),
    }


def embedded(given: EmbeddingAnswer) -> dict[str, Any]:
    """Vectors in the protocol's words; an item that failed is an object with its error."""
    return {
        "vectors": [
            {"error": hosted_error(item).to_json()} if isinstance(item, PawaError) else list(item)
            for item in given.vectors
        ],
        "source": given.source,
        "model": given.model,
        "degraded": given.degraded,
        "usage": asdict(given.usage) if given.usage else None,
        "cost": given.cost,
        "request_id": given.request_id,
        "attempts": given.attempts,
    }


def hosted_error(error: PawaError) -> HostedError:
    """An error of the client in the protocol's words."""
    return HostedError(
        error.kind,
        error.message,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        request_ids=list(error.request_ids),
        retry_after_s=error.retry_after_s,
        attempts=error.attempts,
        partial=error.partial or None,
        ambiguous=error.ambiguous,
        causes=[asdict(cause) for cause in error.causes],
    )
