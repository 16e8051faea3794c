"""An application over HTTP as a driver: it runs by itself and is asked on its own routes.

The application was started, by whoever tests it, against one fixed address of the mock, so that
``open`` changes nothing about it. Without a mapping it is asked in the protocol's words: ``POST
/chat`` and ``/embed`` with ``{"request": …}``, answered by ``{"ok": …}`` or ``{"error": …}``, or by
server-sent events ``{"delta": …}`` that end with one of the two.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from scenarios.clients.app_dialects import CannotSay, Dialect, MappedDialect, PlainDialect
from scenarios.clients.app_mapping import ApplicationMapping, read_mapping
from scenarios.clients.errors import ClientStartError, OperationFailed
from scenarios.clients.hosted import Pace
from scenarios.clients.protocol import (
    MAX_LINE_BYTES,
    ClientAnswer,
    ClientError,
    Delta,
    Manifest,
    Outcome,
)
from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply, outcome_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Mapping, Sequence
    from pathlib import Path

CONNECT_S = 5.0


class ApplicationDriver:
    """Asks a running application."""

    fixed_address = True

    def __init__(self, url: str, mapping: ApplicationMapping) -> None:
        self._url = url
        self._mapping = mapping
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=MAX_LINE_BYTES,
        )

    @classmethod
    async def start(cls, url: str, mapping: Path | None = None) -> ApplicationDriver:
        """Reads the mapping and checks that something listens.

        Raises :class:`~scenarios.clients.errors.ClientStartError`, one line, when the mapping is
        wrong or nothing listens at the address.
        """
        known = read_mapping(mapping) if mapping else ApplicationMapping()
        await _must_listen(url)
        return cls(url, known)

    @property
    def manifest(self) -> Manifest:
        """What the mapping says of the application; without one it claims nothing."""
        known = self._mapping
        return Manifest(known.name, claims=known.claims, limits=dict(known.limits))

    async def open(self, settings: Mapping[str, Any]) -> ApplicationHandle:  # noqa: ARG002 - fixed
        """The application as it is: its settings were given to it where it was started."""
        return ApplicationHandle(self._http, self._url, self._mapping)

    async def close(self) -> None:
        """Lets go of the connections; the application goes on."""
        await self._http.close()

    def stderr_text(self) -> str:
        """Nothing: the application's logs stay with whoever started it."""
        return ""

    def stderr_raw(self) -> str:
        """Nothing, as :meth:`stderr_text`."""
        return ""


class ApplicationHandle:
    """The application, as one client."""

    def __init__(self, http: aiohttp.ClientSession, url: str, mapping: ApplicationMapping) -> None:
        self._http = http
        self._url = url
        self._dialects: dict[str, Dialect] = {
            "chat": MappedDialect(mapping.chat) if mapping.chat else PlainDialect("chat"),
            "embed": MappedDialect(mapping.embed) if mapping.embed else PlainDialect("embed"),
        }

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        """Runs one chat call."""
        return await self.start_chat(
            request, deadline_s=deadline_s, fallback=fallback, pace=pace, patience_s=patience_s
        )

    def start_chat(
        self,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None = None,
        fallback: bool | None = None,
        pace: Mapping[str, Any] | None = None,
        patience_s: float = 30.0,
    ) -> ApplicationCall:
        """Starts one chat call that can be watched and cancelled."""
        options = {"deadline_s": deadline_s, "fallback": fallback}
        return self._start("chat", request, options, Pace.of(pace), patience_s)

    async def embed(
        self,
        sentences: Sequence[str],
        *,
        model: str | None = None,
        deadline_s: float | None = None,
        patience_s: float = 30.0,
    ) -> Outcome:
        """Runs one embedding call."""
        request = {"sentences": list(sentences)} | ({"model": model} if model else {})
        return await self._start("embed", request, {"deadline_s": deadline_s}, Pace(), patience_s)

    async def rotate_key(self, key: str) -> None:  # noqa: ARG002 - there is no way to hand it over
        """Refused: an application has its key where it was started."""
        raise OperationFailed("rotate_key", ClientError("unsupported", "no way to an application"))

    async def telemetry(self) -> Mapping[str, Any]:
        """Refused: an application's counters have no agreed route."""
        raise OperationFailed("telemetry", ClientError("unsupported", "no way to an application"))

    async def close(self) -> None:
        """Nothing to close."""

    def _start(
        self,
        operation: str,
        request: Mapping[str, Any],
        options: Mapping[str, Any],
        pace: Pace,
        patience_s: float,
    ) -> ApplicationCall:
        given = {name: value for name, value in options.items() if value is not None}
        exchange = _Exchange(self._http, self._url, self._dialects[operation], pace)
        return ApplicationCall(exchange, request, given, patience_s)


class ApplicationCall:
    """One call of the application."""

    def __init__(
        self,
        exchange: _Exchange,
        request: Mapping[str, Any],
        options: Mapping[str, Any],
        patience_s: float,
    ) -> None:
        self._exchange = exchange
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._outcome(request, options, patience_s))

    def deltas(self) -> tuple[Delta, ...]:
        """The pieces of text that have arrived so far."""
        return tuple(self._exchange.deltas)

    async def cancel(self) -> bool:
        """Leaves, as a user closes the page."""
        self._leave.set()
        return True

    def __await__(self) -> Generator[Any, None, Outcome]:
        """The outcome."""
        return self.task.__await__()

    async def _outcome(
        self, request: Mapping[str, Any], options: Mapping[str, Any], patience_s: float
    ) -> Outcome:
        started_s = time.monotonic()
        asking = asyncio.create_task(self._exchange.reply(request, options))
        leaving = asyncio.create_task(self._leave.wait())
        try:
            await asyncio.wait(
                [asking, leaving], timeout=patience_s, return_when=asyncio.FIRST_COMPLETED
            )
            reply = asking.result() if asking.done() else self._unanswered(patience_s)
            return outcome_of(reply, self.deltas(), started_s, time.monotonic())
        finally:
            leaving.cancel()
            asking.cancel()
            await asyncio.gather(asking, leaving, return_exceptions=True)

    def _unanswered(self, patience_s: float) -> Reply:
        if not self._leave.is_set():
            return Hung(f"the application gave no final answer within {patience_s:g} s")
        partial = self._exchange.text() or None
        return Refused(
            ClientError("cancelled", "the harness left the application", partial=partial)
        )


class _Exchange:
    """One request over HTTP, and what of its answer has arrived."""

    def __init__(self, http: aiohttp.ClientSession, url: str, dialect: Dialect, pace: Pace) -> None:
        self._http = http
        self._url = url
        self._dialect = dialect
        self._pace = pace
        self.deltas: list[Delta] = []

    def text(self) -> str:
        """The text that has arrived so far."""
        return "".join(delta.text for delta in self.deltas)

    async def reply(self, request: Mapping[str, Any], options: Mapping[str, Any]) -> Reply:
        """Sends the request and reads the answer to its end."""
        route = self._dialect.route
        try:
            body = self._dialect.body(request, options)
            url = f"{self._url}{route.path}"
            async with self._http.request(route.method, url, json=body) as response:
                if response.content_type == "text/event-stream":
                    return await self._stream(response)
                text = await response.text(errors="replace")
                return self._dialect.answer(response.status, text)
        except CannotSay as error:
            return Refused(ClientError("unsupported", str(error)))
        except aiohttp.ClientConnectionError as error:
            return Broken(f"the application could not be reached or hung up: {error}")
        except aiohttp.ClientError as error:
            return Refused(
                ClientError(
                    "internal",
                    f"the application's answer broke off: {error}",
                    code=type(error).__name__,
                    partial=self.text() or None,
                )
            )

    async def _stream(self, response: aiohttp.ClientResponse) -> Reply:
        async for event in _events(response.content):
            meaning = self._dialect.event(event)
            if isinstance(meaning, Answered | Refused | Broken | Hung):
                return meaning
            if meaning is None:
                continue
            self.deltas.append(Delta(meaning, time.monotonic()))
            if self._pace.stops_after(len(self.deltas)):
                return Answered(ClientAnswer(text=self.text()))
            await asyncio.sleep(self._pace.wait_after(len(self.deltas)))
        return self._dialect.end(self.text())


async def _events(content: aiohttp.StreamReader) -> AsyncIterator[str]:
    """The data of each server-sent event (WHATWG HTML section 9.2.6, data fields alone)."""
    data: list[str] = []
    async for raw in content:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []
    if data:
        yield "\n".join(data)


async def _must_listen(url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = os.strerror(number) if number else "no answer"
        raise ClientStartError(
            f"the application {url} is not reachable ({reason}): start it first"
        ) from None
    writer.close()
