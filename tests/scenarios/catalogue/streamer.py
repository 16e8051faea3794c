"""A miniature that reads streams by the book: lines, events, marker, errors, partial text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.miniature import EMBEDDING, Miniature

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

DONE = "[DONE]"
LINE_END = re.compile(rb"\r\n|\n|\r")


class Streamer(Miniature):
    """One instance; each decision about a stream is a method."""

    # -- decisions ------------------------------------------------------------------------------

    def ends_at_marker(self) -> bool:
        return True

    def needs_an_end(self) -> bool:
        return True

    def is_error(self, chunk: Mapping[str, Any]) -> bool:
        return chunk.get("success") is False

    def hand_out(self, emit: Callable[[str], None], texts: list[str], *, over: bool) -> None:
        """Called with all text so far, after each piece and at the end."""
        if not over:
            emit(texts[-1])

    def partial(self, texts: list[str]) -> str | None:
        return "".join(texts) or None

    def broke_off(self, error: Exception) -> HostedError | None:
        """The error of a stream whose connection broke; None would take it for the end."""
        return self.trouble(error)

    # -- bytes, lines, events -------------------------------------------------------------------

    async def reads(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        async for data in response.content.iter_any():
            yield data

    async def lines(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        held, after_cr = b"", False
        async for data in self.reads(response):
            fresh = data[1:] if after_cr and data.startswith(b"\n") else data
            after_cr = fresh.endswith(b"\r") if fresh else after_cr and not data
            *whole, held = LINE_END.split(held + fresh)
            for line in whole:
                yield line.decode()
        if held:
            yield held.decode()

    async def events(self, response: aiohttp.ClientResponse) -> AsyncIterator[str]:
        data: list[str] = []
        async for line in self.lines(response):
            if line.startswith("data:"):
                data.append(line.removeprefix("data:").removeprefix(" "))
            elif not line:
                if data:
                    yield "\n".join(data)
                data = []
            elif not line.startswith(":"):
                yield line

    # -- the way of a stream --------------------------------------------------------------------

    async def ask(
        self, path: str, body: Mapping[str, Any], attempt: int, emit: Callable[[str], None]
    ) -> dict[str, Any]:
        if not body.get("stream"):
            return await self.whole(path, body, attempt)
        async with self.post(path, self.bytes_of(body, attempt)) as response:
            if not 200 <= response.status < 300:
                raise self.error(response.status, await response.read(), response.headers)
            texts: list[str] = []
            try:
                finish = await self.story(response, texts, emit)
            except HostedError as error:
                error.facts["partial"] = self.partial(texts)
                raise
            return {"text": "".join(texts), "finish_reason": finish, "model": body["model"]}

    async def story(
        self, response: aiohttp.ClientResponse, texts: list[str], emit: Callable[[str], None]
    ) -> str | None:
        """Reads the stream; its finish reason."""
        finish, done = None, False
        try:
            async for data in self.events(response):
                done = done or data == DONE
                if done and self.ends_at_marker():
                    break
                if data != DONE:
                    finish = self.take(orjson.loads(data), texts, emit) or finish
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = self.broke_off(error)
            if failure is not None:
                raise failure from error
        if self.needs_an_end() and not done and finish is None:
            raise HostedError("stream_interrupted", "the stream ended before it was whole")
        self.hand_out(emit, texts, over=True)
        return finish

    def take(
        self, chunk: Mapping[str, Any], texts: list[str], emit: Callable[[str], None]
    ) -> str | None:
        """Takes one chunk in; its finish reason."""
        if self.is_error(chunk):
            raise HostedError("overloaded", self.scrubbed(chunk["message"]), code=chunk["code"])
        data = chunk["data"] or {"message": {"content": ""}}
        text = data["message"]["content"]
        if text:
            texts.append(text)
            self.hand_out(emit, texts, over=False)
        return data.get("finish_reason")

    async def whole(self, path: str, body: Mapping[str, Any], attempt: int) -> dict[str, Any]:
        """An answer that is no stream."""
        async with self.post(path, self.bytes_of(body, attempt)) as response:
            if not 200 <= response.status < 300:
                raise self.error(response.status, await response.read(), response.headers)
            told = self.parsed(await self.read(response))
        if told.get("success") is False:
            raise HostedError("bad_response", self.scrubbed(str(told.get("message"))))
        if path == EMBEDDING:
            return {"vectors": told["data"]["embeddings"]}
        choice = told["data"]["request"][0]
        return {
            "text": choice["message"]["content"],
            "finish_reason": choice["finish_reason"],
            "model": told["data"]["model"],
            "attempts": attempt,
        }

    def parsed(self, body: bytes) -> dict[str, Any]:
        try:
            told: dict[str, Any] = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise HostedError("bad_response", "the answer is not JSON") from None
        return told

    def error(self, status: int, body: bytes, headers: Mapping[str, str]) -> HostedError:
        failure = super().error(status, body, headers)
        failure.message = self.scrubbed(failure.message)
        return failure

    def scrubbed(self, text: str) -> str:
        """The text without the key."""
        return text.replace(self.settings["api_key"], "***")
