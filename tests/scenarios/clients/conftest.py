"""What the tests of the ways to a client share: misbehaving adapters, driven as real processes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from scenarios.clients.handle import ProcessHandle
from scenarios.clients.process import ProcessDriver

HERE = Path(__file__).parent

Start = Callable[[str], Awaitable[ProcessDriver]]
Open = Callable[[str], Awaitable[ProcessHandle]]


def miniature_command(name: str) -> tuple[str, ...]:
    """The command that runs one of ``miniatures.py``."""
    return (sys.executable, str(HERE / "miniatures.py"), name)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a miniature by its name; it is ended with the test."""
    drivers: list[ProcessDriver] = []

    async def start_one(name: str) -> ProcessDriver:
        driver = await ProcessDriver.start(miniature_command(name), name=name)
        drivers.append(driver)
        return driver

    yield start_one
    for driver in drivers:
        await driver.close()


@pytest.fixture
def opened(start: Start) -> Open:
    """Starts a miniature and opens one client in it."""

    async def open_one(name: str) -> ProcessHandle:
        return await (await start(name)).open({"api_key": "pawa-test-secret-1"})

    return open_one
