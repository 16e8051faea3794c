"""Telling somebody outside of an alert."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from aiohttp import web

from mockserver import webhook as webhook_module
from mockserver.journal import Journal
from mockserver.secrets import SecretMask
from mockserver.settings import WebhookSettings
from mockserver.webhook import QUEUE_KEPT, Webhook, origin_of, signature
from tests.mockserver.rawclient import chat, request
from tests.mockserver.talk import ask, last, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.mockserver.conftest import OpenSandbox

SECRET = "hook-secret-1"


class Receiver:
    """A server that takes messages and answers them with these statuses, the last one for ever.

    Without any it never answers.
    """

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.url = ""
        self.over = asyncio.Event()

    async def take(self, incoming: web.Request) -> web.Response:
        self.taken.append((dict(incoming.headers), await incoming.read()))
        if not self.statuses:
            await self.over.wait()
            return web.Response(status=500)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return web.Response(status=status, headers={"Location": self.url})


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(*statuses)
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://{runner.addresses[0][0]}:{runner.addresses[0][1]}/hook?token=abc"
    try:
        yield receiver
    finally:
        receiver.over.set()
        await runner.cleanup()


@asynccontextmanager
async def sending() -> AsyncIterator[tuple[Webhook, Journal]]:
    journal = Journal("default", SecretMask())
    webhook = Webhook(journal, first_pause_s=0.001)
    try:
        yield webhook, journal
    finally:
        await webhook.close()
        assert "webhook" not in {task.get_name() for task in asyncio.all_tasks()}


def settings(url: str, **more: Any) -> WebhookSettings:
    return WebhookSettings(url=url, **more)


async def test_a_message_is_posted_and_signed() -> None:
    """As JSON; the receiver can tell who sent it, and that it is the same one again."""
    async with receiving(500, 204) as receiver, sending() as (webhook, journal):
        webhook.post(settings(receiver.url, secret=SECRET), "budget_alert", {"share": 0.8})
        await until(lambda: webhook.idle)

        (first, body), (second, again) = receiver.taken
        assert orjson.loads(body) == {"share": 0.8}
        assert body == again
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert first["X-Mock-Signature"] == signature(SECRET, body) == f"sha256={digest}"
        assert (first["X-Mock-Event"], first["Content-Type"]) == (
            "budget_alert",
            "application/json",
        )
        assert first["X-Mock-Delivery"] == second["X-Mock-Delivery"]
        assert (webhook.sent, webhook.failed, journal.notes()) == (1, 0, ())


async def test_without_a_secret_nothing_is_signed() -> None:
    """There is nothing to sign with."""
    async with receiving(200) as receiver, sending() as (webhook, _):
        webhook.post(settings(receiver.url), "budget_alert", {})
        await until(lambda: webhook.idle)

        assert "X-Mock-Signature" not in receiver.taken[0][0]


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_attempts_are_bounded_and_a_failure_is_noted(status: int) -> None:
    """Without the secret and what else the address may hold; a redirect is not followed."""
    async with receiving(status) as receiver, sending() as (webhook, journal):
        webhook.post(settings(receiver.url, secret=SECRET, attempts=3), "budget_alert", {})
        await until(lambda: webhook.idle)

        (note,) = journal.notes("webhook_failed")
        assert len(receiver.taken) == 3
        assert note.detail == {
            "event": "budget_alert",
            "to": receiver.url.partition("/hook")[0],
            "attempts": 3,
            "reason": f"answered {status}",
        }
        assert webhook.failed == 1


async def test_nobody_there_is_a_failure_too() -> None:
    """And the next message is sent all the same."""
    async with receiving(200) as receiver, sending() as (webhook, journal):
        webhook.post(settings("http://127.0.0.1:1/", attempts=1), "budget_alert", {})
        webhook.post(settings(receiver.url), "budget_alert", {})
        await until(lambda: webhook.idle)

        assert [note.detail["reason"] for note in journal.notes()] == ["ClientConnectorError"]
        assert (webhook.sent, webhook.failed) == (1, 1)


async def test_a_receiver_that_says_nothing_is_given_up() -> None:
    """After the time that the settings allow."""
    async with receiving() as receiver, sending() as (webhook, journal):
        webhook.post(settings(receiver.url, attempts=1, timeout_s=0.05), "budget_alert", {})
        await until(lambda: webhook.idle)

        assert [note.detail["reason"] for note in journal.notes()] == ["no answer within 0.05 s"]


async def test_what_waits_is_bounded_and_its_end_is_noted() -> None:
    """A message too many is not sent; nor is what waits when the sandbox is closed."""
    async with receiving() as receiver, sending() as (webhook, journal):
        for _ in range(QUEUE_KEPT + 1):
            webhook.post(settings(receiver.url), "budget_alert", {})
        await until(lambda: len(receiver.taken) == 1)
        (note,) = journal.notes()
        assert note.detail["reason"] == f"{QUEUE_KEPT} messages wait already"

        await webhook.close()

        assert len(journal.notes()) == 1 + QUEUE_KEPT
        assert journal.notes()[-1].detail["reason"] == "the sandbox was closed"


async def test_what_is_dropped_is_forgotten() -> None:
    """Nothing of it reaches the journal, and the next message is sent."""
    async with receiving() as receiver, sending() as (webhook, journal):
        webhook.post(settings(receiver.url), "budget_alert", {})
        await until(lambda: len(receiver.taken) == 1)
        webhook.drop()
        assert webhook.idle
        receiver.statuses = [200]
        webhook.post(settings(receiver.url), "budget_alert", {})
        await until(lambda: webhook.idle)

        assert (webhook.sent, journal.notes()) == (1, ())


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://user:word@example.org:8443/path?token=abc", "https://example.org:8443"),
        ("http://127.0.0.1/", "http://127.0.0.1"),
    ],
)
def test_only_the_origin_of_an_address_is_told(url: str, origin: str) -> None:
    """The rest may be secret."""
    assert origin_of(url) == origin


async def test_an_alert_of_a_sandbox_is_noted_and_posted(open_sandbox: OpenSandbox) -> None:
    """Once for each share; the request that caused it does not wait."""
    async with receiving(200) as receiver:
        sandbox = await open_sandbox(
            budget={"limit_units": 0.1, "price": {"in_per_1k": 0, "out_per_1k": 10}},
            replies={"tokens": 10},
            webhook={"url": receiver.url, "secret": SECRET},
        )
        statuses = [(await ask(sandbox, request(body=chat()))).status for _ in range(3)]
        await last(sandbox, 3)
        await until(lambda: len(receiver.taken) == 2 and sandbox.webhook.idle)

        assert statuses == [200, 402, 402]
        told = [orjson.loads(body) for _, body in receiver.taken]
        assert [(one["sandbox"], one["share"], one["spent"]) for one in told] == [
            ("default", 0.8, 0.1),
            ("default", 1.0, 0.1),
        ]
        notes = sandbox.journal.notes("budget_alert")
        assert [note.detail["share"] for note in notes] == [0.8, 1.0]


async def test_the_secret_is_masked_wherever_a_client_puts_it(open_sandbox: OpenSandbox) -> None:
    """As a key is."""
    sandbox = await open_sandbox(webhook={"url": "http://127.0.0.1:1/", "secret": SECRET})
    await ask(sandbox, request(body=chat(f"sign with {SECRET}")))

    assert SECRET not in str((await last(sandbox)).body)


def test_pauses_between_attempts_are_bounded() -> None:
    """However many attempts there are."""
    assert webhook_module.LONGEST_PAUSE_S <= 10
