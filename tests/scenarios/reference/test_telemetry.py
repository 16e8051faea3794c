"""The counters."""

from __future__ import annotations

import asyncio

import pytest

from scenarios.reference.errors import ServerError
from scenarios.reference.telemetry import Telemetry


@pytest.mark.parametrize(
    ("end", "counter"),
    [
        (ServerError("down"), "errors"),
        (ValueError("a defect"), "errors"),
        (asyncio.CancelledError(), "cancelled"),
        (GeneratorExit(), "cancelled"),
    ],
)
def test_endings(end: BaseException, counter: str) -> None:
    """A call counts by how it ends, and its ending passes on."""
    telemetry = Telemetry()

    with pytest.raises(type(end)), telemetry.call():
        raise end

    counted = telemetry.snapshot()
    assert (counted["calls"], counted[counter], counted["ok"]) == (1, 1, 0)


def test_good_calls() -> None:
    """A call that ends well counts as ok."""
    telemetry = Telemetry()

    with telemetry.call():
        pass

    assert (telemetry.calls, telemetry.ok) == (1, 1)
