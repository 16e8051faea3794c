"""What a real server shows that has everything an operator can watch."""

from __future__ import annotations

import pytest

from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.metrics.scrape import scraped
from tests.mockserver.rawclient import chat, request
from tests.mockserver.talk import ask, last

EVERYTHING = {
    "rules": [{"fault": {"kind": "two_markers"}}],
    "rate_limits": [{"limit": 1000}],
    "budget": {"limit_units": 1000.0, "limit_tokens": 100_000},
    "capacity": {"workers": 2},
}


@pytest.fixture
async def known() -> dict[str, frozenset[str]]:
    """The names of a real scrape, and the labels that each of them has."""
    sandbox = SandboxSettings.model_validate(EVERYTHING)
    async with MockServer(ServerSettings(sandboxes=(sandbox,))) as server:
        await ask(server.default, request(body=chat(stream=True)))
        await last(server.default)
        samples = await scraped(server)
    labels = {
        name: frozenset(label for has in of_name for label, _ in has)
        for name, of_name in samples.items()
    }
    return labels | {"up": frozenset()}
