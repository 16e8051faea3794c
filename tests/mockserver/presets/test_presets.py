"""Each preset is a valid file, and does what its name says."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
import pytest

from mockserver import presets
from mockserver.configuration.file import ConfigError, ConfigFile, check, server_settings
from mockserver.draws import Draws
from mockserver.replies.latency import plan, times_of
from mockserver.server import MockServer
from mockserver.settings import RateLimitSettings
from tests.mockserver.rawclient import LONG_S

if TYPE_CHECKING:
    from mockserver.settings import ServerSettings

BODY: dict[str, Any] = {
    "model": "pawa-v1-ember-20240924",
    "messages": [{"role": "user", "content": "Habari"}],
}
KEY = {"Authorization": "Bearer pawa-dev-key"}


def settings_of(name: str, **changes: Any) -> ServerSettings:
    """A preset on a free port, with some tables of it changed."""
    file = check(ConfigFile, presets.preset_table(name) | changes, name)
    return server_settings(file, port=0)


async def outcomes(server: MockServer, count: int, *, stream: bool = False) -> Counter[str]:
    """What became of so many different calls."""
    seen: Counter[str] = Counter()
    async with aiohttp.ClientSession(headers=KEY) as session:
        for number in range(count):
            body = {**BODY, "seed": number, "stream": stream}
            try:
                async with session.post(f"{server.url}/chat/request", json=body) as response:
                    await response.read()
                    seen[str(response.status)] += 1
            except aiohttp.ClientError:
                seen["lost"] += 1
    return seen


@pytest.mark.parametrize("name", presets.NAMES)
def test_a_preset_is_valid_and_says_what_it_does(name: str) -> None:
    """One sentence, no unknown field."""
    file = check(ConfigFile, presets.preset_table(name), name)

    assert file.note.endswith(".")
    assert presets.summary(name) == file.note
    assert len(file.note) <= 100


def test_an_unknown_preset_is_told_with_the_nearest() -> None:
    """One line."""
    with pytest.raises(ConfigError) as caught:
        presets.preset_table("bad_day")

    assert caught.value.lines == ("preset 'bad_day' is unknown; nearest: bad-day",)


async def test_healthy_answers_everything() -> None:
    """Streams too."""
    async with MockServer(settings_of("healthy")) as server:
        assert await outcomes(server, 10) == {"200": 10}
        assert await outcomes(server, 10, stream=True) == {"200": 10}


async def test_free_tier_lets_five_a_minute_in() -> None:
    """The sixth is refused."""
    async with MockServer(settings_of("free-tier")) as server:
        assert await outcomes(server, 8) == {"200": 5, "429": 3}


@pytest.mark.parametrize(("name", "limit"), [("starter-tier", 50), ("pro-tier", 500)])
def test_each_tier_has_its_requests_a_minute(name: str, limit: int) -> None:
    """As documented: free 5, starter 50, pro 500."""
    (sandbox,) = settings_of(name).sandboxes

    assert sandbox.rate_limit == RateLimitSettings(requests_per_minute=limit)


def test_the_enterprise_tier_has_none() -> None:
    """As documented."""
    assert settings_of("enterprise-tier").sandboxes[0].rate_limit is None


async def test_outage_answers_503() -> None:
    """Always."""
    async with MockServer(settings_of("outage")) as server:
        assert await outcomes(server, 5) == {"503": 5}


async def test_budget_gone_answers_402() -> None:
    """But the list of models is free."""
    async with MockServer(settings_of("budget-gone")) as server:
        assert await outcomes(server, 3) == {"402": 3}
        async with (
            aiohttp.ClientSession(headers=KEY) as session,
            session.get(f"{server.url}/models") as models,
        ):
            assert models.status == 200


async def test_no_broken_stream_ends_well() -> None:
    """Every rule gets its turn, none lets a stream through, and JSON is well."""
    async with MockServer(settings_of("broken-streams", seed=3)) as server:
        for number in range(60):
            await begin_stream(server, number)
            if all(status.fired for status in server.default.plan_status()):
                break

        exchanges = server.default.journal.exchanges()
        assert [status.id for status in server.default.plan_status() if not status.fired] == []
        assert [exchange.seq for exchange in exchanges if exchange.rule is None] == []
        assert await outcomes(server, 3) == {"200": 3}


async def begin_stream(server: MockServer, number: int) -> None:
    """Ask for a stream and leave after its first line: a stall would take two minutes."""
    body = {**BODY, "seed": number, "stream": True}
    async with (
        aiohttp.ClientSession(headers=KEY) as session,
        session.post(f"{server.url}/chat/request", json=body, allow_redirects=False) as response,
    ):
        await response.content.readline()


async def test_a_flaky_network_loses_connections_and_is_otherwise_well() -> None:
    """No answer is an error; about two of five are lost."""
    async with MockServer(settings_of("flaky-network", seed=1)) as server:
        seen = await outcomes(server, 60)

    assert set(seen) == {"200", "lost"}
    assert 12 <= seen["lost"] <= 36


async def test_a_bad_day_goes_wrong_in_several_ways() -> None:
    """Most requests are answered; the others fail in more than one way."""
    quick = {"latency": {}, "stream": {}}
    table = presets.preset_table("bad-day")
    rules = [rule for rule in table["rules"] if rule["id"] != "long-silence"]
    async with MockServer(settings_of("bad-day", rules=rules, seed=2, **quick)) as server:
        seen = await outcomes(server, 60) + await outcomes(server, 20, stream=True)

    assert {"200", "503", "429", "502", "lost"} <= set(seen)
    assert 40 <= seen["200"] <= 68


def test_a_slow_model_is_slow_and_right() -> None:
    """Seconds before the first token, tenths between the others; no rule, no limit."""
    sandbox = settings_of("slow-model").sandboxes[0]
    times = times_of(sandbox.latency, BODY["model"])
    assert times is not None
    draws, factor = Draws(0, "reply", "call-0123456789ab", 1), sandbox.latency.factor
    timing = plan(times, tokens_in=1, tokens_out=40, draws=draws, factor=factor)

    assert 1 < timing.first_token_s < 4
    assert all(0.04 <= gap <= 0.16 for gap in timing.gaps)
    assert 4 < timing.total_s < 9
    assert (sandbox.rules, sandbox.rate_limit, sandbox.budget) == ((), None, None)


async def test_a_revoked_key_is_401_for_everything() -> None:
    """Also for what costs nothing."""
    async with MockServer(settings_of("revoked-key")) as server:
        assert await outcomes(server, 2) == {"401": 2}
        assert await outcomes(server, 2, stream=True) == {"401": 2}
        async with (
            aiohttp.ClientSession(headers=KEY) as session,
            session.get(f"{server.url}/models") as models,
        ):
            assert models.status == 401


async def at_once(server: MockServer, count: int, first: int) -> Counter[str]:
    """What became of so many calls side by side, and how many were held; on a stopped clock."""
    clock = server.default.clock
    clock.freeze()
    before = len(server.default.journal.exchanges())
    async with aiohttp.ClientSession(headers=KEY) as session:

        async def call(number: int) -> str:
            body = {**BODY, "seed": number}
            async with session.post(f"{server.url}/chat/request", json=body) as response:
                await response.read()
                return str(response.status)

        calls = [asyncio.create_task(call(first + number)) for number in range(count)]
        assert await server.default.journal.wait_for(
            lambda seen: len(seen.exchanges()) == before + count, LONG_S
        )
        await clock.advance(2)
        seen = Counter(await asyncio.gather(*calls))
    seen["held"] = sum("hold" in e.faults for e in server.default.journal.exchanges()[before:])
    return seen


async def test_a_brownout_comes_and_goes() -> None:
    """Well at first, worst after two minutes, well again after four."""
    async with MockServer(settings_of("brownout", seed=1)) as server:
        first = await at_once(server, 40, 0)
        await server.default.clock.advance(118)
        worst = await at_once(server, 100, 100)
        await server.default.clock.advance(118)
        after = await at_once(server, 40, 300)

    assert first == {"200": 40, "held": 0}
    assert 40 <= worst["503"] <= 80
    assert worst["held"] >= 10
    assert after == {"200": 40, "held": 0}


async def test_a_hostile_server_gives_nothing_that_can_be_used() -> None:
    """Every rule gets its turn, and no JSON answer is what was promised."""
    async with MockServer(settings_of("hostile", seed=4)) as server:
        usable = [await is_usable(server, number) for number in range(150)]
        for number in range(200, 320):
            with contextlib.suppress(aiohttp.ClientError):
                await begin_stream(server, number)

        exchanges = server.default.journal.exchanges()
        assert not any(usable)
        assert [status.id for status in server.default.plan_status() if not status.fired] == []
        assert [exchange.seq for exchange in exchanges if exchange.rule is None] == []


async def is_usable(server: MockServer, number: int) -> bool:
    """Whether a careful client could use what it was answered."""
    body = {**BODY, "seed": number}
    try:
        async with (
            aiohttp.ClientSession(headers=KEY) as session,
            session.post(
                f"{server.url}/chat/request", json=body, allow_redirects=False
            ) as response,
        ):
            answer = orjson.loads(await response.read())
    except (aiohttp.ClientError, orjson.JSONDecodeError):
        return False
    whole = isinstance(answer, dict) and answer.get("success") is True
    return response.status == 200 and whole and "request" in (answer.get("data") or {})


@pytest.mark.parametrize("name", [name for name in presets.NAMES if not name.endswith("-tier")])
def test_a_preset_lets_requests_ask_for_faults(name: str) -> None:
    """A person plays here; the tiers are for measuring."""
    assert presets.preset_table(name)["triggers"] == {"header": True, "url": True, "model": True}
