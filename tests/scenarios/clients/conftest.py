"""What the tests of the ways to a client share: misbehaving adapters, driven as real processes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from scenarios.clients.handle import ProcessHandle
from scenarios.clients.process import ProcessDriver
from scenarios.clients.spec import parse_spec

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from scenarios.clients.driver import ClientHandle, Driver

HERE = Path(__file__).parent

MODEL = "pawa-v1-ember-20240924"

Start = Callable[[str], Awaitable[ProcessDriver]]
Open = Callable[[str], Awaitable[ProcessHandle]]
Connect = Callable[..., Awaitable[ProcessHandle]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share started clients run on one loop, that of their module."""
    for item in items:
        if "connect" in getattr(item, "fixturenames", ()) and item.path.parent == HERE:
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


def miniature_command(name: str) -> tuple[str, ...]:
    """The command that runs one of ``miniatures.py``."""
    return (sys.executable, str(HERE / "miniatures.py"), name)


@pytest.fixture
def miniature() -> Callable[[str], tuple[str, ...]]:
    """Gives the command of a miniature."""
    return miniature_command


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


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A healthy mock of the API."""
    async with MockServer() as server:
        yield await server.open_sandbox(SandboxSettings(name="adapters"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drivers() -> AsyncIterator[dict[str, Driver]]:
    """The clients that a module's tests have started, by spec: one process serves them all."""
    started: dict[str, Driver] = {}
    yield started
    for driver in started.values():
        await driver.close()


@pytest_asyncio.fixture(loop_scope="module")
async def connect(sandbox: Sandbox, drivers: dict[str, Driver]) -> Connect:
    """Opens a fresh instance of the client of a spec against the sandbox."""

    async def connect_one(spec: str, **settings: Any) -> ClientHandle:
        if spec not in drivers:
            drivers[spec] = await parse_spec(spec).start()
        address = {"base_url": sandbox.base_url, "api_key": sandbox.key, "model": MODEL}
        return await drivers[spec].open({**address, **settings})

    return connect_one


async def until(condition: Callable[[], object]) -> None:
    """Waits for something that only the client's process can bring about."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.01)


@pytest.fixture(name="until")
def until_fixture() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Waits for a condition, at most 10 s."""
    return until
