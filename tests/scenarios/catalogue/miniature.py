"""A client with everything right in a few lines, of its own making, and clients that do nothing.

It shares no code with the reference client, so that scenarios cannot have been fitted to that one.
Each test damages it by overriding one method; the methods that take a decision are public.
"""

from __future__ import annotations

import asyncio
import io
import math
import random
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
import orjson

from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Crash

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

KINDS = {
    400: "invalid_request",
    401: "auth",
    402: "budget_exhausted",
    403: "permission",
    404: "not_found",
    429: "rate_limited",
}
CHAT, EMBEDDING = "/chat/request", "/vectors/embedding"


class Miniature:
    """One instance."""

    claims: ClassVar[tuple[str, ...]] = (
        "retry",
        "backoff_jitter",
        "retry_after",
        "deadline",
        "streaming",
        "cancellation",
    )
    limits: ClassVar[dict[str, Any]] = {
        "max_attempts": 3,
        "backoff_base_s": 0.5,
        "backoff_cap_s": 8.0,
        "backoff_family": "full",
        "timeout_s": 60.0,
        "idle_timeout_s": 30.0,
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = {**self.limits, **settings}
        self.http: aiohttp.ClientSession | None = None

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Callable[[str], None],
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        body = {"model": self.settings["model"], **request}
        return await self.pursue(CHAT, body, emit, deadline_s)

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        body = {"model": "pawa-embeddings-v1-20241001", "lang": "multi", **request}
        return await self.pursue(EMBEDDING, body, lambda _: None, deadline_s)

    async def close(self) -> None:
        if self.http is not None:
            await self.http.close()

    # -- decisions ------------------------------------------------------------------------------

    def attempts(self) -> int:
        return int(self.settings["max_attempts"])

    def is_retryable(self, failure: HostedError) -> bool:
        status = failure.facts.get("status")
        if status is None or 200 <= status < 300:
            return failure.kind in {"connection", "timeout", "stream_interrupted"}
        return status == 429 or status >= 500

    def backoff_s(self, retry: int) -> float:
        ceiling = self.settings["backoff_base_s"] * 2.0 ** (retry - 1)
        return random.uniform(0.1, 1.0) * min(ceiling, self.settings["backoff_cap_s"])

    def pause_s(self, retry: int, hint_s: float | None) -> float:
        return self.backoff_s(retry) if hint_s is None else hint_s

    def hint_s(self, value: str | None) -> float | None:
        if value is None:
            return None
        if re.fullmatch(r"[0-9]{1,15}", value):
            return float(value) if float(value) > 0 else None
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        ahead_s = (at - datetime.now(UTC)).total_seconds()
        return ahead_s if ahead_s > 0 else None

    def may_wait(self, pause_s: float, remaining_s: float) -> bool:
        return pause_s <= 60.0 and pause_s + 0.05 < remaining_s

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        return orjson.dumps(body)

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            told = {}
        told = told if isinstance(told, dict) else {}
        return HostedError(
            KINDS.get(status) or ("server_error" if status >= 500 else "invalid_request"),
            str(told.get("message") or told.get("title") or f"HTTP {status}"),
            status=status,
            code=told.get("code"),
            request_id=headers.get("X-Request-Id"),
            retry_after_s=self.hint_s(headers.get("Retry-After")),
        )

    def trouble(self, error: Exception) -> HostedError:
        if isinstance(error, aiohttp.ClientSSLError):
            return HostedError("tls", "no safe connection")
        if isinstance(error, TimeoutError):
            return HostedError("timeout", "no answer in time")
        if isinstance(error, aiohttp.ClientPayloadError):
            return HostedError("stream_interrupted", "the answer broke off")
        return HostedError("connection", f"the connection failed: {type(error).__name__}")

    # -- the way of a call ----------------------------------------------------------------------

    async def pursue(
        self,
        path: str,
        body: Mapping[str, Any],
        emit: Callable[[str], None],
        deadline_s: float | None,
    ) -> dict[str, Any]:
        ends_s = time.monotonic() + (math.inf if deadline_s is None else deadline_s)
        ids: list[str] = []
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self.once(path, body, attempt, emit, ends_s)
            except HostedError as error:
                failure = error
            if failure.facts.get("request_id"):
                ids.append(failure.facts["request_id"])
            failure.facts["request_ids"] = list(ids)
            remaining_s = ends_s - time.monotonic()
            pause_s = self.pause_s(attempt, failure.facts.get("retry_after_s"))
            if attempt >= self.attempts() or not self.is_retryable(failure):
                raise failure
            if not self.may_wait(pause_s, remaining_s):
                raise failure
            await asyncio.sleep(pause_s)

    async def once(
        self,
        path: str,
        body: Mapping[str, Any],
        attempt: int,
        emit: Callable[[str], None],
        ends_s: float,
    ) -> dict[str, Any]:
        remaining_s = ends_s - time.monotonic()
        limit_s = self.limit_s(body, remaining_s)
        try:
            async with asyncio.timeout(None if math.isinf(limit_s) else limit_s):
                return await self.ask(path, body, attempt, emit)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = self.trouble(error)
        if failure.kind == "timeout" and remaining_s <= limit_s:
            failure = HostedError("deadline_exceeded", "the caller's deadline has passed")
        raise failure

    def limit_s(self, body: Mapping[str, Any], remaining_s: float) -> float:
        return remaining_s if body.get("stream") else min(remaining_s, self.settings["timeout_s"])

    async def ask(
        self, path: str, body: Mapping[str, Any], attempt: int, emit: Callable[[str], None]
    ) -> dict[str, Any]:
        async with self.post(path, self.bytes_of(body, attempt)) as response:
            if not 200 <= response.status < 300:
                raise self.error(response.status, await response.read(), response.headers)
            if body.get("stream"):
                return {"text": "".join([text async for text in self.streamed(response, emit)])}
            data = orjson.loads(await self.read(response))["data"]
        if path == EMBEDDING:
            return {"vectors": data["embeddings"]}
        return {"text": data["request"][0]["message"]["content"], "attempts": attempt}

    async def read(self, response: aiohttp.ClientResponse) -> bytes:
        return await response.read()

    async def streamed(
        self, response: aiohttp.ClientResponse, emit: Callable[[str], None]
    ) -> AsyncIterator[str]:
        async for line in response.content:
            data = line.strip().removeprefix(b"data:").strip()
            if data and data != b"[DONE]":
                text = orjson.loads(data)["data"]["message"]["content"]
                emit(text)
                yield text

    def post(self, path: str, body: bytes) -> Any:
        if self.http is None:
            self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self.http.post(
            self.settings["base_url"] + path,
            data=body if len(body) < 500_000 else io.BytesIO(body),
            headers={
                "Authorization": f"Bearer {self.settings['api_key']}",
                "Content-Type": "application/json",
            },
            timeout=aiohttp.ClientTimeout(total=None, sock_read=self.silence_s()),
        )

    def silence_s(self) -> float | None:
        return float(min(self.settings["idle_timeout_s"], self.settings["timeout_s"]))


class Null:
    """Does nothing; claims all that the good one claims."""

    claims = Miniature.claims
    limits = Miniature.limits

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    async def chat(self, request: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return await self.behave()

    async def embed(self, request: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return await self.behave()

    async def behave(self) -> dict[str, Any]:
        raise NotImplementedError

    async def close(self) -> None:
        return


class NeverCalls(Null):
    """Never sends anything and always reports a clean error."""

    async def behave(self) -> dict[str, Any]:
        raise HostedError("server_error", "no", status=503)


class Refuses(Null):
    """Refuses everything, as if its circuit were open."""

    async def behave(self) -> dict[str, Any]:
        raise HostedError("circuit_open", "not now")


class Canned(Null):
    """Answers from a table."""

    async def behave(self) -> dict[str, Any]:
        return {"text": "Habari njema.", "vectors": [[0.5]]}


class SleepsForEver(Null):
    """Sleeps before everything."""

    async def behave(self) -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {}


class CrashesOnFault(Miniature):
    """Its process ends on the first answer that is not what it hoped for."""

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        raise Crash

    def trouble(self, error: Exception) -> HostedError:
        raise Crash
