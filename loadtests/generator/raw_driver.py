"""``raw``: Locust's own client, the one of FastHttpUser. One attempt, nothing repeated.

It shows the server as it is: every refusal reaches the user. Its requests go by Locust's session,
but into an event of their own that nobody listens to: the crowd tells Locust of each call once,
whichever way it was made.
"""

from __future__ import annotations

import itertools
import ssl
import time
import zlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn

import gevent
import orjson
from geventhttpclient.response import HTTPParseError
from locust.contrib.fasthttp import FastHttpSession, FastResponse, LocustUserAgent
from locust.event import EventHook

from loadtests.generator.driven import Driven, Heard, driven_of
from loadtests.generator.event_lines import EventLines
from loadtests.generator.http_reading import BLOCK_BYTES, CONNECTIONS, CallTimer, lines_of
from loadtests.generator.pawa_replies import (
    StreamReading,
    bad_response,
    chat,
    failed,
    refused,
    vectors,
)
from scenarios.clients.captured import KnownSecrets
from scenarios.clients.errors import ClientStartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadtests.plan import Instance, Lane
    from scenarios.clients.replies import Reply

CHAT_PATH, EMBEDDING_PATH = "/chat/request", "/vectors/embedding"
CHAT_MODEL, EMBEDDING_MODEL = "pawa-v1-ember-20240924", "pawa-embeddings-v1-20241001"
LANGUAGE = "multi"
REQUEST_ID_HEADERS = ("X-Request-Id", "Request-Id", "X-Correlation-Id")

TIMEOUT_S, CONNECT_TIMEOUT_S, IDLE_TIMEOUT_S = 60.0, 5.0, 30.0
"""Where the settings have none: those of the reference client, so that both can be compared."""

END_PATIENCE_S = 0.1
"""How long a stream that is whole may take to end its body."""


class RawDriver:
    """One of Locust's sessions for each instance of the lane."""

    def __init__(self, lane: Lane) -> None:
        """Raises :class:`~scenarios.clients.errors.ClientStartError` for settings of no use."""
        self._secrets = KnownSecrets()
        for instance in lane.instances:
            self._secrets.learn(instance.settings)
        self._doors = [_Door(instance) for instance in lane.instances]
        self._turns = {
            instance.tenant: itertools.cycle(
                [door for door in self._doors if door.tenant == instance.tenant]
            )
            for instance in lane.instances
        }

    @property
    def hello(self) -> dict[str, Any]:
        """It streams, and claims nothing else."""
        return {
            "name": "raw",
            "version": version("locust"),
            "language": "Python",
            "claims": ["streaming"],
            "limits": self._doors[0].limits if self._doors else {},
        }

    def pids(self) -> list[int]:
        """None: it lives in Locust's own process."""
        return []

    def chat(
        self,
        tenant: str,
        request: Mapping[str, Any],
        *,
        deadline_s: float | None,  # noqa: ARG002 - it claims no deadlines
        patience_s: float,
    ) -> Driven:
        """One chat call, or one stream."""
        door = next(self._turns[tenant])
        body = orjson.dumps({"model": door.model, **request})
        if request.get("stream"):
            return self._attempt(door, CHAT_PATH, body, _read_stream, patience_s)
        return self._attempt(door, CHAT_PATH, body, _read_chat, patience_s)

    def embed(
        self,
        tenant: str,
        sentences: Sequence[str],
        *,
        deadline_s: float | None,  # noqa: ARG002 - it claims no deadlines
        patience_s: float,
    ) -> Driven:
        """One embedding call."""
        door = next(self._turns[tenant])
        asked = {"model": door.embedding_model, "lang": LANGUAGE, "sentences": list(sentences)}

        def read(exchange: _Exchange) -> Reply:
            return vectors(
                exchange.status, exchange.body(), len(asked["sentences"]), exchange.request_id
            )

        return self._attempt(door, EMBEDDING_PATH, orjson.dumps(asked), read, patience_s)

    def telemetry(self) -> dict[str, float]:
        """None: it counts nothing."""
        return {}

    def close(self) -> None:
        """Lets go of the connections."""
        for door in self._doors:
            door.agent.close()

    def _attempt(
        self,
        door: _Door,
        path: str,
        body: bytes,
        read: Callable[[_Exchange], Reply],
        patience_s: float,
    ) -> Driven:
        heard = Heard()
        timer = CallTimer(patience_s)
        timer.allow(door.timeout_s)
        try:
            reply = door.ask(path, body, heard, timer, read)
        finally:
            timer.stop()
        return driven_of(reply, heard, time.monotonic(), self._secrets.mask)


class _Agent(LocustUserAgent):
    """FastHttpUser's agent; every status is an answer, and every error is told as it is."""

    def _verify_status(self, status_code: int, url: Any = None) -> None:
        pass

    def _handle_error(self, e: BaseException, url: Any = None) -> NoReturn:  # noqa: ARG002 - a hook
        raise e


class _Door:
    """One instance: its session, its key, its limits."""

    def __init__(self, instance: Instance) -> None:
        settings = instance.settings
        self.tenant = instance.tenant
        self.model = settings.get("model") or CHAT_MODEL
        self.embedding_model = settings.get("embedding_model") or EMBEDDING_MODEL
        self.timeout_s = float(settings.get("timeout_s") or TIMEOUT_S)
        self.idle_timeout_s = float(settings.get("idle_timeout_s") or IDLE_TIMEOUT_S)
        self._connect_timeout_s = float(settings.get("connect_timeout_s") or CONNECT_TIMEOUT_S)
        self._headers = {
            "Authorization": f"Bearer {settings.get('api_key', '')}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "identity",
        }
        base_url = settings.get("base_url")
        if not base_url:
            raise ClientStartError("client 'raw' needs base_url in its settings")
        unheard = EventHook()
        self._session = FastHttpSession(str(base_url).rstrip("/"), unheard, None)
        self.agent = _Agent(
            max_retries=0,
            max_redirects=0,
            concurrency=CONNECTIONS,
            block_size=BLOCK_BYTES,
            connection_timeout=self._connect_timeout_s,
            # the timer of each attempt bounds what comes after the connection
            network_timeout=None,
            ssl_context_factory=_tls(settings.get("ca_file")),
        )
        self._session.client = self.agent

    @property
    def limits(self) -> dict[str, Any]:
        """The numbers in force."""
        return {
            "timeout_s": self.timeout_s,
            "connect_timeout_s": self._connect_timeout_s,
            "idle_timeout_s": self.idle_timeout_s,
            "max_attempts": 1,
            "backoff_family": "none",
        }

    def ask(
        self,
        path: str,
        body: bytes,
        heard: Heard,
        timer: CallTimer,
        read: Callable[[_Exchange], Reply],
    ) -> Reply:
        """Sends one request and reads what comes back."""
        response: FastResponse = self._session.request(
            "POST",
            path,
            data=body,  # type: ignore[arg-type] # bytes go through unchanged
            headers=self._headers,
            stream=True,
        )
        error = getattr(response, "error", None)
        if error is not None:
            return self._without_answer(error, timer)
        exchange = _Exchange(response, heard, timer, self.idle_timeout_s)
        try:
            if not 200 <= exchange.status <= 299:
                return refused(exchange.status, exchange.body(), exchange.request_id)
            return read(exchange)
        except (gevent.Timeout, HTTPParseError, OSError) as broke:
            return self._without_answer(broke, timer)
        except (ValueError, zlib.error) as broke:
            said = f"the answer's body cannot be read ({broke})"
            return bad_response(said, exchange.status, exchange.request_id)
        finally:
            response.release()

    def _without_answer(self, error: BaseException, timer: CallTimer) -> Reply:
        if isinstance(error, gevent.Timeout):
            if not timer.fired(error):
                raise error
            if timer.out_of_patience:
                return timer.hung("the server")
            return failed("timeout", f"no answer within {self.timeout_s:g} s")
        if isinstance(error, TimeoutError):
            return failed("connect_timeout", f"no connection within {self._connect_timeout_s:g} s")
        kind = "tls" if isinstance(error, ssl.SSLError) else "connection"
        return failed(kind, f"the connection failed: {type(error).__name__}: {error}")


class _Exchange:
    """One answer whose head has arrived."""

    def __init__(
        self, response: FastResponse, heard: Heard, timer: CallTimer, idle_timeout_s: float
    ) -> None:
        self._response = response
        self._heard = heard
        self._timer = timer
        self._idle_timeout_s = idle_timeout_s
        self.status = response.status_code

    @property
    def request_id(self) -> str | None:
        """The server's id of the request."""
        headers = self._response.headers
        found = [headers.get(name) for name in REQUEST_ID_HEADERS] if headers is not None else []
        return next((str(value)[:200] for value in found if value), None)

    def body(self) -> bytes:
        """All of the body."""
        return self._response.content or b""

    def stream(self) -> Reply:
        """The body as a stream; each piece of text is stamped when its line was read."""
        reading, events = StreamReading(self.request_id), EventLines()
        try:
            self._timer.allow(self._idle_timeout_s)
            for line in lines_of(self._response.stream):
                closing = reading.over
                event = events.take(line)
                if event is not None and reading.ended is None:
                    self._heard.take(reading.take(event), time.monotonic())
                # every line is a sign of life, until there is nothing more to wait for
                if reading.over and not closing:
                    self._timer.allow(END_PATIENCE_S)
                elif not closing:
                    self._timer.allow(self._idle_timeout_s)
            if reading.ended is None and (event := events.finish()) is not None:
                self._heard.take(reading.take(event), time.monotonic())
        except gevent.Timeout as error:
            late = self._timer.out_of_patience and not reading.over
            if late or not self._timer.fired(error):
                raise
            if not reading.over:
                said = f"the stream was silent for {self._idle_timeout_s:g} s"
                return reading.broken("timeout", said)
        except (HTTPParseError, OSError) as error:
            if not reading.over:
                return reading.broken("connection", f"the stream broke off: {error}")
        return reading.ended or reading.end()


def _read_chat(exchange: _Exchange) -> Reply:
    return chat(exchange.status, exchange.body(), exchange.request_id)


def _read_stream(exchange: _Exchange) -> Reply:
    return exchange.stream()


def _tls(ca_file: str | None) -> Callable[..., ssl.SSLContext]:
    """Makes contexts that trust this file, or else what the machine trusts."""

    def context(cafile: str | None = None) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=ca_file or cafile)

    return context
