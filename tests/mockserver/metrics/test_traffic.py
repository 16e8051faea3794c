"""After known traffic the scrape says exactly that traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.metrics.tally import BOUNDS_S
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.metrics.scrape import Samples, at, scraped
from tests.mockserver.rawclient import chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EMBER = "pawa-v1-ember-20240924"
RULES = [
    {"id": "down", "match": {"body": "fall"}, "fault": {"kind": "status", "status": 503}},
    {
        "id": "both",
        "match": {"body": "slow"},
        "faults": [{"kind": "hold", "seconds": 0.03}, {"kind": "two_markers"}],
    },
    {"id": "gone", "match": {"body": "vanish"}, "fault": {"kind": "rst_before_headers"}},
]
PRICES = {"prices": {EMBER: {"in_per_1k": 3.0, "out_per_1k": 0.007}}}


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    """A server with some faults and a price."""
    keys = [
        {"id": "till", "key": "pawa-till-key", "project": "shop"},
        {"id": "lab", "key": "pawa-lab-key", "project": "trial"},
    ]
    told = {"keys": keys, "rules": RULES, "pricing": PRICES}
    settings = ServerSettings(sandboxes=(SandboxSettings.model_validate(told),))
    async with MockServer(settings) as started:
        yield started


async def send(server: MockServer, *texts: str, key: str = "pawa-till-key") -> None:
    """Chats, one after the other, until all of them are over."""
    seen = len(server.default.journal.exchanges())
    for text in texts:
        await ask(server.default, request(body=chat(text, stream=text == "slow"), key=key))
    await last(server.default, seen + len(texts))


async def test_requests_are_told_by_who_what_and_outcome(server: MockServer) -> None:
    """A refusal, a stranger, an unknown path and a request without an answer are there too."""
    await send(server, "Habari", "Habari", "fall", "vanish")
    await send(server, "Habari", key="pawa-lab-key")
    await send(server, "Habari", key="nobody-knows-this")
    await ask(server.default, request("/v1/nothing", method="GET", key="pawa-till-key"))
    found = await scraped(server)

    def count(key: str, status: str, **more: str) -> float:
        return at(found, "requests_total", key=key, status=status, **more)

    assert count("till", "200", project="shop", model=EMBER, endpoint="chat") == 2
    assert count("till", "503", project="shop", model="", endpoint="chat") == 1
    assert count("till", "none", project="shop", endpoint="chat") == 1
    assert count("till", "404", endpoint="", model="") == 1
    assert count("lab", "200", project="trial") == 1
    assert count("", "401", project="") == 1
    assert at(found, "requests_total", sandbox="default") == 7


async def test_tokens_and_money_are_those_of_the_journal(server: MockServer) -> None:
    """To the micro-unit."""
    await send(server, "Habari", "Habari ya asubuhi")
    found, seen = await scraped(server), server.default.journal.exchanges()

    assert at(found, "tokens_total", direction="in", key="till") == sum(e.tokens_in for e in seen)
    assert at(found, "tokens_total", direction="out", key="till") == sum(e.tokens_out for e in seen)
    paid = sum(e.cost_micro for e in seen)
    assert paid > 0
    assert round(at(found, "cost_units_total", key="till", model=EMBER) * 1e6) == paid


async def test_times_are_histograms_that_add_up(server: MockServer) -> None:
    """Every request is in the last bucket; a hold is in none that is shorter."""
    await send(server, "Habari", "slow", "vanish")
    found, seen = await scraped(server), server.default.journal.exchanges()

    for name, total in (("request_duration_seconds", 3), ("time_to_first_byte_seconds", 2)):
        assert at(found, f"{name}_count") == at(found, f"{name}_bucket", le="+Inf") == total
        assert at(found, f"{name}_count", stream="true", model=EMBER) == 1
        assert at(found, f"{name}_bucket", le="0.025", stream="true") == 0
        told = [at(found, f"{name}_bucket", le=str(bound)) for bound in BOUNDS_S]
        assert told == sorted(told)
    whole = sum((e.ended_ns or 0) - e.first_byte_in_ns for e in seen) / 1e9
    first = sum(e.first_byte_out_ns - e.first_byte_in_ns for e in seen if e.first_byte_out_ns)
    assert at(found, "request_duration_seconds_sum") == pytest.approx(whole)
    assert at(found, "time_to_first_byte_seconds_sum") == pytest.approx(first / 1e9)


async def test_faults_are_told_by_kind_and_rule(server: MockServer) -> None:
    """Those that fired, and those that had their effect; new rules do not take them back."""
    await send(server, "fall", "fall", "slow", "Habari")
    server.default.replace_rules(())
    found = await scraped(server)

    assert at(found, "faults_injected_total", kind="status", rule="down") == 2
    assert at(found, "faults_delivered_total", kind="status", rule="down") == 2
    assert at(found, "faults_injected_total", kind="hold", rule="both") == 1
    assert at(found, "faults_injected_total", kind="two_markers", rule="both") == 1
    assert at(found, "faults_injected_total") == 4


async def test_a_reset_begins_at_nothing(server: MockServer) -> None:
    """As Prometheus expects of a counter that starts anew."""
    await send(server, "Habari", "fall")
    server.default.reset()
    found = await scraped(server)

    assert [name for name in _counted(found) if at(found, name)] == []


def _counted(found: Samples) -> list[str]:
    names = ("requests", "tokens", "faults", "cost", "request_duration", "time_to")
    begun = tuple(f"pawa_mock_{name}" for name in names)
    return [name.removeprefix("pawa_mock_") for name in found if name.startswith(begun)]
