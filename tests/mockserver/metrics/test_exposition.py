"""The page of metrics: its formats, its names, and what it never shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)

from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.metrics.scrape import at, samples_of, scraped
from tests.mockserver.promtool import promtool
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask

if TYPE_CHECKING:
    from tests.mockserver.rawclient import Received

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


async def page(server: MockServer, accept: str | None = None) -> Received:
    """A scrape that accepts these formats."""
    headers = () if accept is None else (("Accept", accept),)
    return await ask(server.default, request("/metrics", method="GET", headers=headers))


async def test_the_format_is_the_one_that_is_accepted() -> None:
    """Text where nothing is said; OpenMetrics ends with its mark, and both say the same."""
    async with MockServer() as server:
        await ask(server.default, request(body=chat()))
        plain, open_page = await page(server), await page(server, OPENMETRICS)

    assert plain.header("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    assert str(open_page.header("content-type")).startswith("application/openmetrics-text; ")
    assert plain.header("cache-control") == "no-store"
    assert b"# EOF" not in plain.body
    assert open_page.body.count(b"# EOF\n") == 1
    assert open_page.body.endswith(b"# EOF\n")
    families = list(openmetrics_families(open_page.body.decode()))
    names = {sample.name for family in families for sample in family.samples}
    assert names == set(samples_of(plain.body.decode()))


async def test_the_process_is_shown_beside_the_server() -> None:
    """Memory, time, file descriptors and the version of Python."""
    async with MockServer() as server:
        found = await scraped(server)

    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"):
        assert sum(found[name].values()) > 0
    assert "python_info" in found


async def test_two_servers_of_one_process_know_nothing_of_each_other() -> None:
    """Each has a registry of its own."""
    async with MockServer() as one, MockServer() as other:
        await ask(one.default, request(body=chat()))
        there, nothing = await scraped(one), await scraped(other)

    assert (at(there, "requests_total"), at(nothing, "requests_total")) == (1, 0)


async def test_no_secret_is_on_the_page() -> None:
    """Not even where a key is called by its secret, or a rule is."""
    secret = "pawa-secret-0123456789"
    told = {
        "keys": [{"id": f"id-{secret}", "key": secret}],
        "rules": [{"id": f"r-{secret}", "fault": {"kind": "two_markers"}}],
        "rate_limits": [{"limit": 100}],
        "budgets": [{"id": "b", "scope": "key", "limit_units": 100.0}],
    }
    sandbox = SandboxSettings.model_validate(told)
    async with MockServer(ServerSettings(sandboxes=(sandbox,))) as server:
        await ask(server.default, request(body=chat(stream=True), key=secret))
        received = await page(server)

    assert secret.encode() not in received.data
    assert received.body.count(b"key#") > 5


async def test_requests_are_served_while_a_long_page_is_written() -> None:
    """A page of some thousand lines lets others have their turn."""
    async with MockServer() as server:
        for number in range(2000):
            server.default.usage.rows[1, "p", f"k{number}", "m", "chat", 200] = [1, 2, 3, 4]
        async with await RawClient.connect(server.url) as scraper:
            await scraper.send(request("/metrics", method="GET"))
            turns = 0
            reading = asyncio.ensure_future(scraper.read_reply())
            while not reading.done():
                turns += 1
                await asyncio.sleep(0)
            received = await reading

    assert len(received.body) > 200_000
    assert turns > 10


async def test_promtool_finds_nothing_wrong_with_it() -> None:
    """Names, units and help are as Prometheus' own linter wants them."""
    told = {
        "rules": [{"fault": {"kind": "two_markers"}}],
        "rate_limits": [{"limit": 100}],
        "budget": {"limit_units": 100.0, "limit_tokens": 10_000},
        "capacity": {"workers": 2},
    }
    sandbox = SandboxSettings.model_validate(told)
    async with MockServer(ServerSettings(sandboxes=(sandbox,))) as server:
        await ask(server.default, request(body=chat(stream=True)))
        received = await page(server)
    verdict = await promtool("check", "metrics", given=received.body)

    assert (verdict.code, verdict.said) == (0, "")
