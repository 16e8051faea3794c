"""Telling somebody outside of an alert: a small queue, a few attempts, and never in the way.

A message is a POST of JSON. It carries ``X-Mock-Event``, ``X-Mock-Delivery`` (the same at every
attempt, so that a receiver can tell a repetition) and, with a secret, ``X-Mock-Signature``
(``sha256=`` and the HMAC of the body in hex). Pauses between attempts are real time, also where the
sandbox's clock stands still: the receiver is outside of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.journal import Journal
    from mockserver.settings import WebhookSettings

QUEUE_KEPT = 100
"""Messages that wait at most; a further one is not sent, and the journal says so."""

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 8.0
"""The pause before the second attempt, doubled for each further one up to the longest."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message and where it goes."""

    settings: WebhookSettings
    event: str
    body: bytes
    delivery: str


class Webhook:
    """Sends the messages of one sandbox, one after the other.

    A task runs only while there is something to send. ``sent`` and ``failed`` count messages.
    """

    def __init__(self, journal: Journal, *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._journal = journal
        self._first_pause_s = first_pause_s
        self._waiting: deque[Message] = deque()
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self.sent = 0
        self.failed = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left to send."""
        return not self._waiting and (self._task is None or self._task.done())

    def post(self, settings: WebhookSettings, event: str, told: Mapping[str, object]) -> None:
        """Send a message soon; needs a running event loop and never waits."""
        message = Message(settings, event, orjson.dumps(told), secrets.token_hex(8))
        if len(self._waiting) >= QUEUE_KEPT:
            self._fail(message, 0, f"{QUEUE_KEPT} messages wait already")
            return
        self._waiting.append(message)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._send_all(), name="webhook")

    def drop(self) -> None:
        """Forget what waits, and stop sending."""
        self._waiting.clear()
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """Stop sending; what was not sent is noted as failed. Nothing is left running."""
        for message in self._waiting:
            self._fail(message, 0, "the sandbox was closed")
        self.drop()
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _send_all(self) -> None:
        async with aiohttp.ClientSession() as session:
            while self._waiting:
                message = self._waiting[0]
                reason = await self._send(session, message)
                self._waiting.popleft()
                if reason is None:
                    self.sent += 1
                else:
                    self._fail(message, message.settings.attempts, reason)

    async def _send(self, session: aiohttp.ClientSession, message: Message) -> str | None:
        """Try as often as the settings allow; None when it arrived, else why not."""
        reason: str | None = None
        for attempt in range(message.settings.attempts):
            if attempt:
                pause_s = self._first_pause_s * 2.0 ** min(attempt - 1, 30)
                await asyncio.sleep(min(pause_s, LONGEST_PAUSE_S))
            reason = await _attempt(session, message)
            if reason is None:
                return None
        return reason

    def _fail(self, message: Message, attempts: int, reason: str) -> None:
        self.failed += 1
        self._journal.note(
            "webhook_failed",
            event=message.event,
            to=origin_of(message.settings.url),
            attempts=attempts,
            reason=reason,
        )


async def _attempt(session: aiohttp.ClientSession, message: Message) -> str | None:
    """One attempt; None when it was answered with 2xx, else what happened, in a few words."""
    settings = message.settings
    limit = aiohttp.ClientTimeout(total=settings.timeout_s)
    try:
        async with session.post(
            settings.url,
            data=message.body,
            headers=headers_of(message),
            timeout=limit,
            allow_redirects=False,
        ) as response:
            return None if 200 <= response.status < 300 else f"answered {response.status}"
    except TimeoutError:
        return f"no answer within {settings.timeout_s:g} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # The text of the error may hold the address, and that may hold a secret.
        return type(error).__name__


def headers_of(message: Message) -> dict[str, str]:
    """The headers of a message; signed where there is a secret to sign with."""
    headers = {
        "Content-Type": "application/json",
        "X-Mock-Event": message.event,
        "X-Mock-Delivery": message.delivery,
    }
    if message.settings.secret is not None:
        headers["X-Mock-Signature"] = signature(message.settings.secret, message.body)
    return headers


def signature(secret: str, body: bytes) -> str:
    """What a receiver compares: ``sha256=`` and the HMAC-SHA256 of the body in hex."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def origin_of(url: str) -> str:
    """Scheme, host and port of an address; user, path and query may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
