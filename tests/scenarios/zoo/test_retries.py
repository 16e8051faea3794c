"""Defects in what is tried again, how often, and with which body."""

from __future__ import annotations

from tests.scenarios.zoo.prey import escaped


async def test_each_is_caught_for_its_own_reason() -> None:
    """Every row that a defect names fails, by a check that the defect is about."""
    assert await escaped("retries") == []
