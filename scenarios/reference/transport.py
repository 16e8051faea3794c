"""One request on the wire, and its answer as bytes, by aiohttp.

Redirects are not followed, cookies and proxies from the environment are not used, and nothing is
repeated behind the caller's back (aiohttp repeats idempotent methods only; everything here is
POST). The library's own timers are off except the one for connecting; the limits here are points
in time, so that no byte starts them anew.
"""

from __future__ import annotations

import asyncio
import io
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from scenarios.reference.errors import (
    AttemptTimeoutError,
    BadResponseError,
    ConfigError,
    ConnectionFailedError,
    ConnectTimeoutError,
    DeadlineExceededError,
    PawaError,
    TlsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference.deadline import Deadline
    from scenarios.reference.secrets import Scrubber, Secret

logger = logging.getLogger(__name__)

NEVER_ROUND_UP = float("inf")
"""aiohttp rounds timers above a threshold up to whole seconds; none of ours is rounded."""
IDLE_CONNECTION_S = 15.0
"""How long a connection is kept for another request; few servers keep theirs for less."""
SMALL_BODY_BYTES = 512 * 1024
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
LARGEST_COMPLAINT_BYTES = 64 * 1024
COMPLAINT_PATIENCE_S = 5.0
"""How long the body of a failed answer may take; its status already tells enough."""
REQUEST_ID_HEADERS = ("X-Request-Id", "Request-Id", "X-Correlation-Id")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, with which key, for which model."""

    base_url: str
    api_key: Secret
    model: str

    @property
    def name(self) -> str:
        """The target in errors and logs."""
        return f"{self.model} at {self.base_url}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Until when an attempt may last.

    ``head`` bounds the time to the answer's head, ``body`` the whole of the body, ``idle_s`` each
    silence in it. ``deadline`` is the caller's: when it is what ends the attempt, the error says
    so.
    """

    head: Deadline
    body: Deadline
    idle_s: float
    deadline: Deadline


class Reply:
    """An answer whose head has arrived."""

    def __init__(
        self, response: aiohttp.ClientResponse, transport: Transport, limits: Limits
    ) -> None:
        self._response = response
        self._transport = transport
        self._limits = limits

    @property
    def status(self) -> int:
        """The status code."""
        return self._response.status

    @property
    def content_type(self) -> str:
        """The media type as the server wrote it, shortened."""
        return self._response.headers.get("Content-Type", "no content type")[:80]

    @property
    def request_id(self) -> str | None:
        """The server's id of this request."""
        for name in REQUEST_ID_HEADERS:
            if value := self._response.headers.get(name):
                return self._transport.scrubber.scrub(value[:200])
        return None

    def header_values(self, name: str) -> list[str]:
        """All values of a header."""
        return self._response.headers.getall(name, [])

    async def read(self) -> bytes:
        """Bytes as soon as there are any; ``b""`` at the proper end, and only there.

        Raises ConnectionFailedError when the body breaks off, AttemptTimeoutError when it is
        silent for too long or takes too long, DeadlineExceededError at the caller's deadline.
        """
        until = self.patient_until()
        try:
            async with asyncio.timeout(until.timeout_s):
                return await self._response.content.readany()
        except TimeoutError:
            failure = self.ran_out_of_time()
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            failure = self._transport.translate(error, sent=True)
        if rest := self._arrived_before_the_break():
            return rest
        raise failure

    def patient_until(self) -> Deadline:
        """Until when the next bytes must come: every byte is a sign of life."""
        return self._limits.body.sooner(self._limits.idle_s)

    async def read_whole(self, largest: int = LARGEST_ANSWER_BYTES) -> bytes:
        """The whole body.

        Raises what :meth:`read` raises, and BadResponseError beyond ``largest`` bytes.
        """
        parts: list[bytes] = []
        size = 0
        while data := await self.read():
            parts.append(data)
            size += len(data)
            if size > largest:
                raise BadResponseError(f"the answer is longer than {largest} bytes")
        return b"".join(parts)

    async def read_complaint(self) -> bytes:
        """As much of a failed answer's body as comes quickly; never raises."""
        parts: list[bytes] = []
        size = 0
        with suppress(PawaError, TimeoutError):
            async with asyncio.timeout(COMPLAINT_PATIENCE_S):
                while size < LARGEST_COMPLAINT_BYTES and (data := await self.read()):
                    parts.append(data)
                    size += len(data)
        return b"".join(parts)[:LARGEST_COMPLAINT_BYTES]

    async def read_until(self, moment: Deadline) -> bytes:
        """The next bytes if they come before ``moment``; otherwise ``b""``, whatever happened."""
        with suppress(PawaError, TimeoutError):
            async with asyncio.timeout(moment.timeout_s):
                return await self.read()
        return b""

    async def finish(self, patience_s: float) -> None:
        """Waits a moment for the end of the body, so that the connection can be used again."""
        with suppress(PawaError, TimeoutError):
            async with asyncio.timeout(patience_s):
                while await self.read():
                    pass

    def ran_out_of_time(self) -> PawaError:
        """The error of a body that did not arrive in time."""
        if self._limits.deadline.passed:
            return DeadlineExceededError("the deadline passed during the answer", ambiguous=True)
        if self._limits.body.passed:
            return AttemptTimeoutError("the answer took too long", ambiguous=True)
        silence = f"the answer was silent for {self._limits.idle_s:g} s"
        return AttemptTimeoutError(silence, ambiguous=True)

    def close(self) -> None:
        """Lets the connection go: back to the pool after a proper end, otherwise closed."""
        if self._response.content.is_eof() and self._response.content.exception() is None:
            self._response.release()
        else:
            self._response.close()

    def _arrived_before_the_break(self) -> bytes:
        """What had arrived but was not read when the connection broke.

        aiohttp raises before it gives that out, and has no public way to it; the next read raises.
        """
        content = self._response.content
        if content.exception() is None:
            return b""
        return content._read_nowait(-1)  # noqa: SLF001 - see above; held by test_transport


class Transport:
    """Sends requests over pooled connections."""

    def __init__(
        self, scrubber: Scrubber, *, connect_timeout_s: float, ca_file: str | None = None
    ) -> None:
        self.scrubber = scrubber
        self._connect_timeout_s = connect_timeout_s
        self._tls = _tls_context(ca_file)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, target: Target, path: str, body: bytes, limits: Limits) -> Reply:
        """Sends a request and waits for the head of its answer.

        Raises ConnectTimeoutError, ConnectionFailedError, TlsError, AttemptTimeoutError or
        DeadlineExceededError.
        """
        try:
            async with asyncio.timeout(limits.head.timeout_s):
                response = await self.session().post(
                    self.url(target, path),
                    data=body if len(body) <= SMALL_BODY_BYTES else io.BytesIO(body),
                    headers=self.headers(target),
                    allow_redirects=False,
                    timeout=self._timers(),
                )
                return self.new_reply(response, limits)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            failure = self.translate(error, sent=True)
            if type(error) is TimeoutError:
                failure = self.no_head(limits)
        raise failure

    def new_reply(self, response: aiohttp.ClientResponse, limits: Limits) -> Reply:
        """The reader of an answer whose head has arrived."""
        return Reply(response, self, limits)

    def url(self, target: Target, path: str) -> str:
        """The address of an endpoint."""
        return target.base_url.rstrip("/") + path

    def headers(self, target: Target) -> Mapping[str, str]:
        """The headers of a request; the only place where a key is revealed."""
        return {
            "Authorization": f"Bearer {target.api_key.reveal()}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }

    def no_head(self, limits: Limits) -> PawaError:
        """The error of an answer whose head did not arrive in time."""
        if limits.deadline.passed:
            return DeadlineExceededError("the deadline passed before an answer", ambiguous=True)
        return AttemptTimeoutError("no answer in time", ambiguous=True)

    def translate(self, error: Exception, *, sent: bool) -> PawaError:
        """An error of aiohttp or of the machine as one of ours, free of secrets."""
        said = self.scrubber.scrub(f"{type(error).__name__}: {_words_of(error)}")
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return ConnectTimeoutError(f"no connection within {self._connect_timeout_s:g} s")
        if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
            return TlsError(f"no safe connection: {said}")
        if isinstance(error, aiohttp.ClientConnectorError):
            return ConnectionFailedError(f"no connection: {said}")
        if isinstance(error, aiohttp.InvalidURL):
            return ConfigError(f"base_url cannot be called: {said}")
        return ConnectionFailedError(f"the connection failed: {said}", ambiguous=sent)

    async def aclose(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def session(self) -> aiohttp.ClientSession:
        """The session of the next request; all share one, and so one pool of connections."""
        if self._session is None:
            self._session = self.new_session()
        return self._session

    def new_session(self, keep_idle_s: float = IDLE_CONNECTION_S) -> aiohttp.ClientSession:
        """A session with a pool of its own, which closes what is idle for so long."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self._tls, keepalive_timeout=keep_idle_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    def _timers(self) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=None,
            connect=self._connect_timeout_s,
            sock_read=None,
            ceil_threshold=NEVER_ROUND_UP,
        )


def _tls_context(ca_file: str | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        reason = "ca_file cannot be read as certificates in PEM form"
    raise ConfigError(reason)


def _words_of(error: Exception) -> str:
    """What an error says, without its repr: that of aiohttp's errors shows request headers."""
    if isinstance(error, aiohttp.ClientResponseError):
        return error.message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
