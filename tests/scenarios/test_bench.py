"""What the engine lends to a scenario, and takes back."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from scenarios.bench import Bench, FixedBench, fixed_settings
from scenarios.errors import NotTestable
from scenarios.keyring import Keyring
from scenarios.noise import Noise
from scenarios.targets import Targets
from tests.scenarios.fakes import FakeDriver

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from mockserver.server import MockServer
    from tests.scenarios.conftest import MakeBench


async def test_a_sandbox_is_fresh_and_never_says_which_rule_it_obeys(make_bench: MakeBench) -> None:
    """Its own port and key, a canary in every answer."""
    bench = make_bench(FakeDriver())
    one, two = await bench.open_sandbox("primary"), await bench.open_sandbox("backup")

    assert one.port != two.port
    assert one.key != two.key
    assert one.settings.replies.canary
    assert not one.settings.announce_rules
    assert one.settings.seed == 7


async def test_a_sandbox_can_be_given_settings(make_bench: MakeBench) -> None:
    """They do not take the canary away unless they say so."""
    bench = make_bench(FakeDriver())
    box = await bench.open_sandbox("small", replies={"tokens": 3}, budget={"limit_units": 0})

    assert (box.settings.replies.tokens, box.settings.replies.canary) == (3, True)
    assert box.settings.budget is not None


async def test_everything_lent_is_taken_back(make_bench: MakeBench, server: MockServer) -> None:
    """Sandboxes and processes."""
    driver = FakeDriver()
    bench = make_bench(driver)
    await bench.open_sandbox("primary")
    await bench.own_driver()
    await bench.close()

    assert [box.name for box in server.sandboxes] == ["default"]
    assert (driver.starts, driver.ends) == (1, 1)


async def test_what_the_client_wrote_is_gathered(make_bench: MakeBench) -> None:
    """Whatever the engine has heard; and nothing was told before."""
    bench = make_bench(FakeDriver(stderr="a line\n"))

    assert bench.client_output() == "a line\n"
    assert list(bench.told_before()) == []


async def test_a_turn_is_one_scenario_s_at_a_time(server: MockServer) -> None:
    """Two benches of one run share it by the name of the work; other work has another."""
    turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    driver = FakeDriver()
    one, two = (
        Bench(
            name=f"test.{number}",
            seed=7,
            server=server,
            keyring=Keyring(),
            targets=Targets(),
            noise=Noise(),
            launch=driver.launch,
            output=driver.stderr_raw,
            turns=turns,
        )
        for number in (1, 2)
    )

    async with one.turn("samples"):
        assert two.turn("samples").locked()
        assert not two.turn("other work").locked()
    assert not two.turn("samples").locked()


@pytest.fixture
async def fixed(server: MockServer) -> Sandbox:
    """The one sandbox of an application."""
    return await server.open_sandbox(fixed_settings(0, seed=7))


@pytest.fixture
def fixed_bench(server: MockServer, fixed: Sandbox) -> FixedBench:
    """A bench on it."""
    driver = FakeDriver(fixed_address=True)
    return FixedBench(
        sandbox=fixed,
        name="test.1",
        seed=7,
        server=server,
        keyring=Keyring(),
        targets=Targets(),
        noise=Noise(),
        launch=driver.launch,
        output=driver.stderr_raw,
    )


async def test_an_application_meets_one_sandbox_that_is_healthy_each_time(
    fixed_bench: FixedBench, fixed: Sandbox
) -> None:
    """Whatever the scenario before has made of it."""
    fixed.replace_settings(fixed.settings.model_copy(update={"announce_rules": True}))

    assert await fixed_bench.open_sandbox("primary") is fixed
    assert not fixed.settings.announce_rules
    assert fixed.key == "pawa-dev-key"
    assert await fixed_bench.healthy_sandbox(fixed) is fixed


async def test_an_application_has_no_second_target_and_no_second_process(
    fixed_bench: FixedBench,
) -> None:
    """Such rows are not testable, and say why."""
    with pytest.raises(NotTestable, match="second target"):
        await fixed_bench.open_sandbox("backup")
    with pytest.raises(NotTestable, match="runs once"):
        await fixed_bench.own_driver()
