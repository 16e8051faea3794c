"""A real mock server and a bench on it, for tests of what scenarios are handed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from mockserver.server import MockServer
from scenarios.bench import Bench
from scenarios.keyring import Keyring
from scenarios.lab import Lab
from scenarios.noise import Noise
from scenarios.targets import Targets
from tests.scenarios.fakes import FakeDriver

MakeBench = Callable[[FakeDriver], Bench]
MakeLab = Callable[..., "object"]


@pytest.fixture
async def server() -> AsyncIterator[MockServer]:
    """A mock server on free ports."""
    async with MockServer() as running:
        yield running


@pytest.fixture
def make_bench(server: MockServer) -> MakeBench:
    """A bench for a driver."""

    def make(driver: FakeDriver) -> Bench:
        return Bench(
            name="test.1",
            seed=7,
            server=server,
            keyring=Keyring(),
            targets=Targets(),
            noise=Noise(),
            launch=driver.launch,
            output=driver.stderr_raw,
        )

    return make


@pytest.fixture
async def lab(make_bench: MakeBench) -> Lab:
    """The lab of a row whose client is good."""
    driver = FakeDriver(limits={"max_attempts": 5, "backoff_cap_s": 0.5})
    bench = make_bench(driver)
    return Lab(
        rows=["RETRY-001"],
        seed=7,
        driver=driver,
        sandbox=await bench.open_sandbox("primary"),
        bench=bench,
    )
