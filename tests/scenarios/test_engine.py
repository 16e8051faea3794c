"""A whole run: claims, seeds, repetitions, order, and an application's one address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from reports.results import Verdict
from scenarios.catalogue.rows import load_rows
from scenarios.checks import equal, holds
from scenarios.clients.errors import ClientStartError
from scenarios.engine import Engine, Judged, derived_seed
from scenarios.errors import InputError
from scenarios.registry import Registry, scenario
from scenarios.targets import Targets
from tests.scenarios.fakes import FakeDriver

if TYPE_CHECKING:
    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.clients.protocol import Manifest
    from scenarios.lab import Lab


class Heard:
    """What a listener heard, in order."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def run_started(self, manifest: Manifest) -> None:
        self.words.append(f"hello {manifest.name}")

    def row_started(self, row: CatalogueRow) -> None:
        self.words.append(f"started {row.id}")

    def row_judged(self, judged: Judged) -> None:
        self.words.append(f"judged {judged.row.id} {judged.verdict}")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the quiet time that a real run begins with."""
    monkeypatch.setattr("scenarios.engine.QUIET_S", 0.03)


@pytest.fixture
def registry() -> Registry:
    """An empty registry over the real catalogue."""
    return Registry(load_rows())


def make_engine(
    registry: Registry,
    driver: FakeDriver,
    heard: Heard | None = None,
    targets: Targets | None = None,
    **options: object,
) -> Engine:
    return Engine(
        registry=registry,
        rows=registry.rows(),
        launch=driver.launch,
        seed=1,
        targets=targets or Targets(),
        listener=heard or Heard(),
        **options,  # type: ignore[arg-type]
    )


def verdicts(engine: Engine) -> dict[str, Verdict]:
    return {judged.row.id: judged.verdict for judged in engine.judged}


async def test_a_run_judges_every_row_and_tells_of_it(registry: Registry) -> None:
    """Several rows of one scenario are judged by their own checks."""

    @scenario("RETRY-001", "RETRY-002", registry=registry)
    async def two_rows(lab: Lab) -> None:
        """Two rows in one go."""
        lab.check(equal("x", 1, 1), row="RETRY-001")
        lab.check(equal("x", 1, 2), row="RETRY-002")

    heard, driver = Heard(), FakeDriver()
    engine = make_engine(registry, driver, heard)
    await engine.run()

    assert verdicts(engine) == {"RETRY-001": Verdict.PASS, "RETRY-002": Verdict.FAIL}
    assert heard.words == [
        "hello fake",
        "started RETRY-001",
        "started RETRY-002",
        "judged RETRY-001 pass",
        "judged RETRY-002 fail",
    ]
    assert engine.complete
    assert driver.ends == 1
    assert engine.noise_before.samples > 0


async def test_an_unclaimed_row_is_not_run(registry: Registry) -> None:
    """Not one call is made."""

    @scenario("CACHE-001", needs=("cache",), registry=registry)
    async def cached(lab: Lab) -> None:
        """Must not run."""
        raise AssertionError

    driver = FakeDriver()
    engine = make_engine(registry, driver)
    await engine.run()

    assert verdicts(engine) == {"CACHE-001": Verdict.NOT_CLAIMED}
    assert driver.handles == []


async def test_scenarios_run_side_by_side(registry: Registry) -> None:
    """Each can wait for the other."""
    met: dict[str, asyncio.Event] = {"a": asyncio.Event(), "b": asyncio.Event()}

    async def meet(lab: Lab, mine: str, other: str) -> None:
        met[mine].set()
        await asyncio.wait_for(met[other].wait(), 5)
        lab.check(equal("met", 1, 1))

    @scenario("RETRY-001", registry=registry)
    async def a(lab: Lab) -> None:
        """Waits for b."""
        await meet(lab, "a", "b")

    @scenario("RETRY-002", registry=registry)
    async def b(lab: Lab) -> None:
        """Waits for a."""
        await meet(lab, "b", "a")

    engine = make_engine(registry, FakeDriver())
    await engine.run()

    assert set(verdicts(engine).values()) == {Verdict.PASS}


async def test_a_last_scenario_waits_for_the_others(registry: Registry) -> None:
    """It looks at the whole run."""

    @scenario("KEY-011", last=True, registry=registry)
    async def looks_back(lab: Lab) -> None:
        """Comes at the end."""
        lab.check(equal("x", 1, 1))

    @scenario("RETRY-001", registry=registry)
    async def takes_a_while(lab: Lab) -> None:
        """Comes first."""
        await asyncio.sleep(0.2)
        lab.check(equal("x", 1, 1))

    heard = Heard()
    await make_engine(registry, FakeDriver(), heard).run()

    words = heard.words
    assert words.index("judged RETRY-001 pass") < words.index("started KEY-011")


def register_chance(registry: Registry, *, fails: int) -> list[int]:
    """A random row that fails in its first `fails` runs; the seeds it was run with."""
    seeds: list[int] = []

    @scenario("BACK-004", random=True, registry=registry)
    async def chance(lab: Lab) -> None:
        """Depends on luck."""
        seeds.append(lab.seed)
        lab.check(equal("luck", len(seeds) > fails, True))

    return seeds


@pytest.mark.parametrize(
    ("fails", "runs", "verdict"), [(0, 1, Verdict.PASS), (1, 2, Verdict.PASS), (2, 2, Verdict.FAIL)]
)
async def test_a_random_row_fails_only_twice_in_a_row(
    registry: Registry, fails: int, runs: int, verdict: Verdict
) -> None:
    """With another seed the second time."""
    seeds = register_chance(registry, fails=fails)
    engine = make_engine(registry, FakeDriver())
    await engine.run()

    assert verdicts(engine) == {"BACK-004": verdict}
    assert len(set(seeds)) == runs


CALM, BUSY = Targets(noise_limit_s=60.0), Targets(noise_limit_s=0.0)
"""Under which no machine counts as busy, and under which every machine does."""


@pytest.mark.parametrize(
    ("targets", "fails", "runs", "verdict"),
    [
        (CALM, 2, 1, Verdict.FAIL),
        (BUSY, 2, 2, Verdict.FAIL),
        (BUSY, 1, 2, Verdict.PASS),
    ],
)
async def test_a_failure_stands_unless_the_machine_was_busy(
    registry: Registry, targets: Targets, fails: int, runs: int, verdict: Verdict
) -> None:
    """Then a second run has to confirm it."""
    made: list[int] = []

    @scenario("RETRY-001", registry=registry)
    async def fails_at_first(lab: Lab) -> None:
        """Fails, after long enough for the noise to be measured."""
        await asyncio.sleep(0.03)
        made.append(1)
        lab.check(equal("x", len(made) > fails, True))

    engine = make_engine(registry, FakeDriver(), targets=targets)
    await engine.run()

    assert verdicts(engine) == {"RETRY-001": verdict}
    assert len(made) == runs


def register_call(registry: Registry) -> None:
    @scenario("RETRY-001", registry=registry)
    async def calls(lab: Lab) -> None:
        """One plain call."""
        outcome = await (await lab.open()).chat(lab.call())
        lab.check(equal("outcome", outcome.kind, "ok"))


async def test_a_crash_is_looked_at_again_in_a_process_of_its_own(registry: Registry) -> None:
    """A neighbour may have caused it: the second run, alone, decides."""
    register_call(registry)
    driver = FakeDriver("crashes", "good")
    engine = make_engine(registry, driver)
    await engine.run()

    assert verdicts(engine) == {"RETRY-001": Verdict.PASS}
    assert driver.starts == 2


async def test_a_client_that_crashes_alone_has_failed(registry: Registry) -> None:
    """Twice is no accident."""
    register_call(registry)
    engine = make_engine(registry, FakeDriver("crashes"))
    await engine.run()

    assert verdicts(engine) == {"RETRY-001": Verdict.FAIL}


async def test_what_noise_has_voided_is_tried_again(registry: Registry) -> None:
    """A miss of timing on a busy machine."""
    runs: list[int] = []

    @scenario("TIME-002", registry=registry)
    async def timed(lab: Lab) -> None:
        """Late the first time."""
        runs.append(1)
        await asyncio.sleep(0.05)
        lab.check(holds("in time", len(runs) > 1, "late", "in time", timing=True))

    engine = make_engine(registry, FakeDriver())
    engine.targets = Targets(noise_limit_s=0.0)
    await engine.run()

    assert runs == [1, 1]
    assert verdicts(engine) == {"TIME-002": Verdict.PASS}


async def test_a_harness_error_is_not_repeated(registry: Registry) -> None:
    """It would only fail again."""
    runs: list[int] = []

    @scenario("RETRY-001", registry=registry)
    async def broken(lab: Lab) -> None:
        """Has a bug."""
        runs.append(1)
        raise KeyError("x")

    engine = make_engine(registry, FakeDriver())
    await engine.run()

    assert verdicts(engine) == {"RETRY-001": Verdict.HARNESS_FAULT}
    assert runs == [1]


async def test_no_key_is_in_what_is_told(registry: Registry) -> None:
    """Reasons and checks may quote a client's error text."""
    keys: list[str] = []

    @scenario("RETRY-001", registry=registry)
    async def leaks(lab: Lab) -> None:
        """Quotes the key."""
        keys.append(lab.sandbox.key)
        lab.check(equal("message", f"bad key {lab.sandbox.key}", "no key"))

    engine = make_engine(registry, FakeDriver())
    await engine.run()

    assert engine.judged[0].verdict is Verdict.FAIL
    assert keys[0] not in repr((engine.judged[0].judgement, engine.judged[0].checks))


async def test_a_client_that_does_not_start_is_told_in_one_line(registry: Registry) -> None:
    """The command is wrong, not the client."""
    register_call(registry)

    async def launch() -> FakeDriver:
        raise ClientStartError("client 'x' is not found")

    engine = make_engine(registry, FakeDriver())
    engine._launch = launch
    with pytest.raises(InputError, match="client 'x' is not found"):
        await engine.run()
    assert not engine.complete


async def test_an_application_is_judged_one_scenario_after_the_other(
    registry: Registry, unused_tcp_port: int
) -> None:
    """On one sandbox at the port that it was started with."""
    running: list[str] = []
    addresses: set[str] = set()

    async def alone(lab: Lab, name: str) -> None:
        running.append(name)
        addresses.add(lab.sandbox.base_url)
        outcome = await (await lab.open()).chat(lab.call())
        lab.check(equal("alone", len(running), 1), equal("outcome", outcome.kind, "ok"))
        running.remove(name)

    @scenario("RETRY-001", registry=registry)
    async def a(lab: Lab) -> None:
        """Alone."""
        await alone(lab, "a")

    @scenario("RETRY-002", registry=registry)
    async def b(lab: Lab) -> None:
        """Alone too."""
        await alone(lab, "b")

    engine = make_engine(registry, FakeDriver(fixed_address=True), mock_port=unused_tcp_port)
    await engine.run()

    assert set(verdicts(engine).values()) == {Verdict.PASS}
    assert addresses == {f"http://127.0.0.1:{unused_tcp_port}/v1"}


async def test_a_taken_port_is_told_in_one_line(registry: Registry, unused_tcp_port: int) -> None:
    """With the option that mends it, and before anybody is told that the run has begun."""
    register_call(registry)
    heard = Heard()
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", unused_tcp_port)
    driver = FakeDriver(fixed_address=True)
    engine = make_engine(registry, driver, heard, mock_port=unused_tcp_port)

    async with taken:
        with pytest.raises(
            InputError, match=rf"{unused_tcp_port}: the port is in use.*--mock-port"
        ):
            await engine.run()
    assert heard.words == []


def test_a_seed_depends_on_the_scenario_alone() -> None:
    """Whatever else is chosen beside it."""
    assert derived_seed(1, "a", 1) == derived_seed(1, "a", 1)
    assert len({derived_seed(1, "a", 1), derived_seed(1, "a", 2), derived_seed(2, "a", 1)}) == 3
    assert derived_seed(1, "a", 1) != derived_seed(1, "b", 1)
