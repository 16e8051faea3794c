"""The typed client, and through it every call of the control API, over a real socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from mockserver.control_client import ControlClient, ControlError, UnreachableError
from mockserver.errors import MockServerError
from mockserver.faults.answers import Status
from mockserver.faults.listener import Refuse
from mockserver.faults.rules import Rule, When
from mockserver.server import MockServer
from mockserver.settings import (
    BudgetSettings,
    KeySettings,
    SandboxSettings,
    ServerSettings,
    StreamSettings,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BODY = {
    "model": "pawa-v1-ember-20240924",
    "messages": [{"role": "user", "content": "call-0123456789ab"}],
}
REFUSAL = Rule(fault=Status(status=503), when=When(times=1))


async def chat(url: str, key: str = "pawa-dev-key") -> int:
    """The status of one chat."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/chat/request", json=BODY, headers={"Authorization": f"Bearer {key}"}
        ) as response,
    ):
        await response.read()
        return response.status


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    """A healthy server."""
    async with MockServer() as started:
        yield started


@pytest.fixture
async def client(server: MockServer) -> AsyncIterator[ControlClient]:
    """A client of it."""
    async with ControlClient(server.url) as connected:
        yield connected


async def test_any_address_of_the_server_will_do(server: MockServer) -> None:
    """Its root, the API's, or the control API's."""
    root = server.url.removesuffix("/v1")
    for address in (root, f"{root}/", server.url, server.control_url):
        async with ControlClient(address) as client:
            assert (await client.health()).sandboxes == ("default",)


async def test_a_sandbox_is_opened_used_and_closed(
    server: MockServer, client: ControlClient
) -> None:
    """With its own port, keys, settings and rules; its secrets are not told back."""
    settings = SandboxSettings(
        name="mine",
        keys=(KeySettings(id="k", key="sandbox-secret-1"),),
        rules=(REFUSAL,),
        stream=StreamSettings(chunks=3),
    )

    info = await client.open_sandbox(settings)

    assert (info.name, info.key_ids, info.rules) == ("mine", ("k",), 1)
    assert server.sandbox("mine").settings == settings
    assert await chat(info.base_url, "sandbox-secret-1") == 503
    assert await chat(info.base_url, "sandbox-secret-1") == 200
    assert await chat(info.base_url) == 401
    assert [each.name for each in await client.sandboxes()] == ["default", "mine"]
    assert "sandbox-secret-1" not in str(await client.settings("mine"))
    await client.close_sandbox("mine")
    with pytest.raises(ControlError, match="no sandbox 'mine'"):
        await client.sandbox("mine")


async def test_rules_are_added_counted_replaced_and_removed(
    server: MockServer, client: ControlClient
) -> None:
    """Each with an id and its counters."""
    added = await client.add_rules(REFUSAL, Rule(id="two", fault=Status(status=500)))
    assert [rule.id for rule in added] == ["rule-1", "two"]
    assert [await chat(server.url) for _ in range(2)] == [503, 500]
    plan = {status.id: status for status in await client.plan()}
    assert (plan["rule-1"].seen, plan["rule-1"].fired, plan["rule-1"].delivered) == (2, 1, 1)
    assert plan["two"].kinds == ("status",)

    assert [rule.id for rule in await client.remove_rule("two")] == ["rule-1"]
    assert await client.replace_rules(REFUSAL) == (REFUSAL.model_copy(update={"id": "rule-1"}),)
    assert (await client.plan())[0].seen == 0
    assert await client.replace_rules() == ()
    assert await client.rules() == ()


async def test_a_twin_rule_changes_nothing(client: ControlClient) -> None:
    """All rules of a call are put in force, or none."""
    await client.add_rules(Rule(id="one", fault=Status(status=500)))

    with pytest.raises(ControlError, match="'one' occurs 2 times") as caught:
        await client.add_rules(REFUSAL, Rule(id="one", fault=Status(status=500)))

    assert caught.value.status == 400
    assert [rule.id for rule in await client.rules()] == ["one"]


async def test_a_rule_that_does_not_fit_here_changes_nothing(client: ControlClient) -> None:
    """To refuse for ever would shut the control API out too."""
    with pytest.raises(ControlError, match="refuse without duration_s"):
        await client.add_rules(REFUSAL, Rule(fault=Refuse()))

    assert await client.rules() == ()


async def test_the_journal_is_read_by_filters(server: MockServer, client: ControlClient) -> None:
    """Exchanges come back as they are recorded."""
    await client.add_rules(REFUSAL)
    for _ in range(3):
        await chat(server.url)

    page = await client.journal(status=200, limit=1)
    refused = await client.journal(rule="rule-1", token="call-0123456789ab", ended=True)

    assert [exchange.attempt for exchange in page.exchanges] == [3]
    assert page.exchanges == server.default.journal.exchanges(status=200)[-1:]
    assert [exchange.status for exchange in refused.exchanges] == [503]
    assert (page.dropped, page.satisfied) == (0, True)


async def test_the_journal_can_be_waited_for(server: MockServer, client: ControlClient) -> None:
    """Until so many exchanges fit, or the time is up."""
    waiting = asyncio.create_task(client.journal(at_least=2, timeout_s=20, ended=True))
    await chat(server.url)
    await chat(server.url)

    assert (await waiting).satisfied
    assert len((await waiting).exchanges) == 2
    assert not (await client.journal(at_least=3, timeout_s=0.05)).satisfied


async def test_a_bad_filter_is_refused(client: ControlClient) -> None:
    """One line, with the nearest."""
    with pytest.raises(ControlError) as caught:
        await client.journal(staus=200)

    assert caught.value.lines == ("query: staus: unknown field; nearest: status",)


async def test_connections_are_told(server: MockServer, client: ControlClient) -> None:
    """The client's own is one of them."""
    await chat(server.url)

    page = await client.connections()

    assert sum(connection.exchanges for connection in page.connections) == 1


async def test_money_is_limited_raised_and_reset(server: MockServer, client: ControlClient) -> None:
    """What is spent stays spent until a new period."""
    with pytest.raises(ControlError, match="has no budget"):
        await client.raise_budget(by_units=1)
    free = await client.budget()
    assert (free.limit_units, free.spent_units) == (None, 0.0)

    await client.set_budget(BudgetSettings(limit_units=0.1))
    assert [await chat(server.url) for _ in range(2)] == [200, 402]
    spent = await client.budget()
    assert 0 < spent.spent_units <= 0.1
    assert (await client.raise_budget(by_units=0.1)).limit_units == pytest.approx(0.2)
    assert await chat(server.url) == 200
    assert (await client.raise_budget(to_units=0.05)).limit_units == 0.05
    assert await chat(server.url) == 402
    assert (await client.reset_budget()).spent_units == 0.0
    await client.remove_budget()
    assert await chat(server.url) == 200


async def test_a_rate_limit_comes_and_goes(server: MockServer, client: ControlClient) -> None:
    """Without touching the rules in force."""
    await client.add_rules(Rule(id="kept", fault=Status(status=500), when=When(after=1000)))

    await client.set_rate_limit(1)
    assert [await chat(server.url) for _ in range(2)] == [200, 429]
    await client.remove_rate_limit()

    assert await chat(server.url) == 200
    assert [(status.id, status.seen) for status in await client.plan()] == [("kept", 3)]


async def test_settings_are_patched_whole_or_not_at_all(
    server: MockServer, client: ControlClient
) -> None:
    """Tables are merged; one mistake and nothing changes."""
    await client.patch_settings({"stream": {"style": "sse"}, "replies": {"tokens": 5}})
    with pytest.raises(ControlError) as caught:
        await client.patch_settings({"stream": {"marker": True, "chunks": 0}, "sead": 1})

    stream = server.default.settings.stream
    assert (stream.style, stream.marker, server.default.settings.replies.tokens) == (
        "sse",
        False,
        5,
    )
    assert set(caught.value.lines) >= {"body: stream.chunks: must be at least 1, not 0"}
    for patch in ({"name": "x"}, {"port": 1}, {"rules": []}):
        with pytest.raises(ControlError, match=next(iter(patch))):
            await client.patch_settings(patch)


async def test_a_reset_forgets(server: MockServer, client: ControlClient) -> None:
    """The journal alone, or everything."""
    await chat(server.url)
    await client.clear_journal()
    assert (await client.journal()).exchanges == ()

    await client.add_rules(REFUSAL)
    await chat(server.url)
    assert (await client.reset()).rules == 0
    assert (await client.journal()).exchanges == ()


async def test_a_token_is_sent(server: MockServer) -> None:
    """To a server that listens beyond loopback."""
    guarded = ServerSettings(host="0.0.0.0", control_token="control-token-1")
    async with MockServer(guarded) as open_server:
        async with ControlClient(open_server.url, token="control-token-1") as client:
            assert (await client.health()).status == "ok"
        async with ControlClient(open_server.url) as client:
            with pytest.raises(ControlError, match="send its control token"):
                await client.health()


async def test_nobody_there_is_told_in_one_line() -> None:
    """With the command that starts a server."""
    async with ControlClient("http://127.0.0.1:1") as client:
        with pytest.raises(UnreachableError) as caught:
            await client.health()

    assert "start one with: pawa-mock serve" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("answer", ["<html>", '{"status": 5}', "[1]"])
async def test_somebody_else_there_is_told_in_one_line(answer: str) -> None:
    """Another program on that port."""

    async def other(_: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    runner = web.ServerRunner(web.Server(other))  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with ControlClient(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
            with pytest.raises(UnreachableError):
                await client.health()
    finally:
        await runner.cleanup()


async def test_a_client_is_used_as_a_context(server: MockServer) -> None:
    """Else there is no session to close."""
    with pytest.raises(MockServerError, match="async with"):
        await ControlClient(server.url).health()
