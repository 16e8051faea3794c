"""``http://…``: a whole application, asked on its own routes from greenlets.

It is :mod:`scenarios.clients.application` for gevent, with the same dialects and mapping. The
application was started against the mock by whoever tests it, so a lane's settings do not reach it.
"""

from __future__ import annotations

import os
import time
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import gevent
import orjson
import psutil
from gevent import socket
from geventhttpclient.client import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError

from loadtests.generator.driven import Driven, Heard, driven_of, hello_of
from loadtests.generator.event_lines import EventLines
from loadtests.generator.http_reading import BLOCK_BYTES, CONNECTIONS, CallTimer, lines_of
from scenarios.clients.app_dialects import CannotSay, Dialect, MappedDialect, PlainDialect
from scenarios.clients.app_mapping import ApplicationMapping, names_in, read_mapping
from scenarios.clients.captured import KnownSecrets
from scenarios.clients.errors import ClientStartError
from scenarios.clients.protocol import ClientError, Manifest
from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geventhttpclient.response import HTTPSocketResponse

    from loadtests.plan import Lane

CONNECT_S = 5.0

OF_THE_TRAFFIC = frozenset({"deadline_s", "max_tokens"})
"""What the traffic says of its own accord: left out where a mapping has no place for it."""


class ApplicationDriver:
    """One running application; every tenant's calls go to it."""

    def __init__(self, lane: Lane, url: str, mapping: Path | None) -> None:
        """Reads the mapping and checks that something listens.

        Raises :class:`~scenarios.clients.errors.ClientStartError`.
        """
        known = read_mapping(mapping) if mapping else ApplicationMapping()
        self._secrets = KnownSecrets()
        for instance in lane.instances:
            self._secrets.learn(instance.settings)
        self._manifest = Manifest(known.name, claims=known.claims, limits=dict(known.limits))
        self._dialects: dict[str, Dialect] = {
            "chat": MappedDialect(known.chat) if known.chat else PlainDialect("chat"),
            "embed": MappedDialect(known.embed) if known.embed else PlainDialect("embed"),
        }
        self._prefix = urlsplit(url).path.rstrip("/")
        self._http = HTTPClient.from_url(
            url,
            concurrency=CONNECTIONS,
            block_size=BLOCK_BYTES,
            connection_timeout=CONNECT_S,
            # the timer of each call bounds what comes after the connection
            network_timeout=None,
            headers={"Accept-Encoding": "identity", "Content-Type": "application/json"},
        )
        self._must_listen(url)
        self._listeners = _listeners(url)

    @property
    def hello(self) -> dict[str, Any]:
        """What the mapping says of the application; without one it claims nothing."""
        return hello_of(self._manifest)

    def pids(self) -> list[int]:
        """Who listened at the address when the driver started, if that is on this machine."""
        return [pid for pid in self._listeners if psutil.pid_exists(pid)]

    def chat(
        self,
        tenant: str,  # noqa: ARG002 - an application has its own users
        request: Mapping[str, Any],
        *,
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        """One chat call."""
        return self._call("chat", request, deadline_s, patience_s)

    def embed(
        self,
        tenant: str,  # noqa: ARG002 - an application has its own users
        sentences: Sequence[str],
        *,
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        """One embedding call."""
        return self._call("embed", {"sentences": list(sentences)}, deadline_s, patience_s)

    def telemetry(self) -> dict[str, float]:
        """None: an application's counters have no agreed route."""
        return {}

    def close(self) -> None:
        """Lets go of the connections; the application goes on."""
        self._http.close()

    def _call(
        self,
        operation: str,
        request: Mapping[str, Any],
        deadline_s: float | None,
        patience_s: float,
    ) -> Driven:
        dialect = self._dialects[operation]
        heard = Heard()
        try:
            body = dialect.body(*_sayable(dialect, request, deadline_s))
        except CannotSay as error:
            reply: Reply = Refused(ClientError("unsupported", str(error)))
            return driven_of(reply, heard, time.monotonic(), self._secrets.mask)
        timer = CallTimer(patience_s)
        timer.allow(None)
        try:
            reply = self._exchange(dialect, orjson.dumps(body), heard)
        except gevent.Timeout as error:
            if not timer.fired(error):
                raise
            reply = timer.hung("the application")
        finally:
            timer.stop()
        return driven_of(reply, heard, time.monotonic(), self._secrets.mask)

    def _exchange(self, dialect: Dialect, body: bytes, heard: Heard) -> Reply:
        route = dialect.route
        try:
            response = self._http.request(route.method, f"{self._prefix}{route.path}", body)
        except (HTTPParseError, OSError) as error:
            return _unreachable(error)
        try:
            kind = str(response.get("content-type") or "")
            if kind.partition(";")[0].strip().lower() == "text/event-stream":
                return _stream(dialect, response, heard)
            text = response.read().decode("utf-8", "replace")
            return dialect.answer(response.status_code, text)
        except (HTTPParseError, OSError, zlib.error) as error:
            said = f"the application's answer broke off: {error}"
            partial = heard.text() or None
            return Refused(
                ClientError("internal", said, code=type(error).__name__, partial=partial)
            )
        finally:
            response.release()

    def _must_listen(self, url: str) -> None:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            with gevent.Timeout(CONNECT_S, TimeoutError):
                socket.create_connection((parts.hostname or "", port)).close()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else "no answer"
            raise ClientStartError(
                f"the application {url} is not reachable ({reason}): start it first"
            ) from None


def _sayable(
    dialect: Dialect, request: Mapping[str, Any], deadline_s: float | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Request and options, without what the traffic adds and this application cannot take."""
    options = {} if deadline_s is None else {"deadline_s": deadline_s}
    if isinstance(dialect, PlainDialect):
        return dict(request), options
    unsayable = OF_THE_TRAFFIC - names_in(dialect.route.body)
    return (
        {name: value for name, value in request.items() if name not in unsayable},
        {name: value for name, value in options.items() if name not in unsayable},
    )


def _stream(dialect: Dialect, response: HTTPSocketResponse, heard: Heard) -> Reply:
    """Pieces of text as they come, each stamped when its line was read."""
    events = EventLines()
    for line in lines_of(response):
        event = events.take(line)
        if event is not None and (reply := _take(dialect, event, heard)) is not None:
            return reply
    last = events.finish()
    reply = None if last is None else _take(dialect, last, heard)
    return reply or dialect.end(heard.text())


def _take(dialect: Dialect, event: str, heard: Heard) -> Reply | None:
    meaning = dialect.event(event)
    if isinstance(meaning, Answered | Refused | Broken | Hung):
        return meaning
    if meaning is not None:
        heard.take(meaning, time.monotonic())
    return None


def _unreachable(error: Exception) -> Broken:
    said = "it hung up" if isinstance(error, HTTPConnectionClosed) else str(error)
    return Broken(f"the application could not be reached or hung up: {said}")


def _listeners(url: str) -> list[int]:
    """The processes that listen at an address of this machine; looking takes a while."""
    parts = urlsplit(url)
    if parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        return []
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        return []
    listening = [one for one in found if one.status == psutil.CONN_LISTEN]
    # an address is (host, port), and empty where there is none
    return sorted({one.pid for one in listening if one.pid and one.laddr[1:] == (port,)})
