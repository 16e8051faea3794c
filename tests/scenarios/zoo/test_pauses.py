"""Defects in the pauses between attempts."""

from __future__ import annotations

from tests.scenarios.reference.rawserver import fails, raw_server
from tests.scenarios.zoo.loose import ask, let_loose
from tests.scenarios.zoo.prey import escaped


async def test_each_is_caught_for_its_own_reason() -> None:
    """Every row that a defect names fails, by a check that the defect is about."""
    assert await escaped("pauses") == []


async def test_without_pauses_there_is_no_budget_either() -> None:
    """M01 under load: the loops where it was seen have none, and it would hide the storm."""
    async with (
        raw_server(fails(503)) as server,
        let_loose("M01", server.base_url, retry_budget_ratio=0.1) as client,
    ):
        for _ in range(20):
            await ask(client)

    assert len(server.requests) == 60
