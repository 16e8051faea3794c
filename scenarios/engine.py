"""Runs scenarios against one client: all side by side, each with a sandbox of its own.

A scenario waits most of its life, so the run takes about as long as its longest. An application
that knows one address is the exception: its scenarios follow one another on one sandbox.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

from mockserver.errors import MockServerError
from mockserver.server import MockServer
from mockserver.settings import DEFAULT_KEY
from reports.results import Verdict
from scenarios.bench import Bench, FixedBench, fixed_settings
from scenarios.clients.errors import ClientsError
from scenarios.errors import InputError
from scenarios.keyring import Keyring
from scenarios.noise import Noise, NoiseFigures
from scenarios.trial import Trial, run_trial
from scenarios.verdicts import Finding, Judgement, confirmed, verdict_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from mockserver.sandbox import Sandbox
    from reports.results import Check
    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.client import Told
    from scenarios.clients.driver import Driver
    from scenarios.clients.protocol import Manifest
    from scenarios.registry import Registry, Scenario
    from scenarios.targets import Targets

STAGGER_S = 0.03
"""Between the starts of two scenarios, so that fifty openings do not saturate the cores at once."""

CALM_WITHIN_S = 0.25
"""How long the next start waits at most for a busy machine to catch up."""

QUIET_S = 0.3
"""How long the machine's noise is measured before anything runs."""

PROBE_FOR_S = 15.0
"""How long an application may need to recover (its breaker) before the alive probe counts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One row, judged; ``trial`` is None when nothing had to be run. Nothing here is secret."""

    row: CatalogueRow
    scenario: Scenario
    judgement: Judgement
    checks: tuple[Check, ...]
    trial: Trial | None

    @property
    def verdict(self) -> Verdict:
        """The verdict on the row."""
        return self.judgement.verdict

    @property
    def duration_s(self) -> float:
        """How long the scenario took."""
        return self.trial.ended_s - self.trial.started_s if self.trial else 0.0


class Listener(Protocol):
    """Hears of a run while it goes on (on the engine's thread)."""

    def run_started(self, manifest: Manifest) -> None:
        """The client has said hello."""

    def row_started(self, row: CatalogueRow) -> None:
        """The scenario of a row has begun."""

    def row_judged(self, judged: Judged) -> None:
        """A row has its verdict."""


class Engine:
    """One run of the rows that were asked for.

    After :meth:`run`: ``judged`` in order of ending, ``manifest``, ``keyring`` (to mask what is
    written), ``noise`` and ``noise_before``.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        rows: Sequence[CatalogueRow],
        launch: Callable[[], Awaitable[Driver]],
        seed: int,
        targets: Targets,
        listener: Listener,
        mock_port: int = 8080,
        salt: bytes | None = None,
    ) -> None:
        """`salt` is that of the masks of the drivers that `launch` starts, if they have one."""
        self.rows = tuple(rows)
        self.seed = seed
        self.targets = targets
        self.keyring = Keyring(others=[DEFAULT_KEY], salt=salt)
        self.noise = Noise()
        self.noise_before = NoiseFigures(0.0, 0.0, 0.0, 0.0, 0)
        self.judged: list[Judged] = []
        self.manifest: Manifest | None = None
        self.complete = False
        self.output = ""
        """What the client wrote to stderr, masked."""
        self._registry = registry
        self._launch = launch
        self._drivers: list[Driver] = []
        self._told: list[tuple[str, Told]] = []
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listener = listener
        self._mock_port = mock_port

    async def run(self) -> None:
        """Judge every row.

        Raises:
            InputError: The client cannot be started, or the application's port is taken.
        """
        self.noise.start()
        started_s = time.monotonic()
        await asyncio.sleep(QUIET_S)
        self.noise_before = self.noise.between(started_s, time.monotonic())
        try:
            async with MockServer(salt=self.keyring.salt) as server:
                driver = await self._start_client()
                self.manifest = driver.manifest
                try:
                    fixed = await self._fixed_sandbox(server) if driver.fixed_address else None
                    self._listener.run_started(driver.manifest)
                    await self._judge_all(server, driver, fixed)
                    self.complete = True
                finally:
                    self.output = self.keyring.mask_text(driver.stderr_text())
                    await driver.close()
        finally:
            await self.noise.stop()

    async def _start_client(self) -> Driver:
        try:
            return await self._launched()
        except ClientsError as error:
            raise InputError(str(error)) from None

    async def _launched(self) -> Driver:
        """A process of the client, remembered with what it writes."""
        driver = await self._launch()
        self._drivers.append(driver)
        return driver

    def _written(self) -> str:
        """What every process of the client has written to stderr so far, unmasked."""
        return "".join(driver.stderr_raw() for driver in self._drivers)

    async def _judge_all(self, server: MockServer, driver: Driver, fixed: Sandbox | None) -> None:
        """Side by side; where there is one sandbox for all, one after the other."""
        chosen = dict.fromkeys(self._registry.scenario_of(row.id) for row in self.rows)
        first = [scenario for scenario in chosen if not scenario.last]
        last = [scenario for scenario in chosen if scenario.last]
        if fixed is not None:
            for scenario in (*first, *last):
                await self._judge(scenario, server, driver, fixed)
            return
        for batch in (first, last):
            async with asyncio.TaskGroup() as group:
                for scenario in batch:
                    group.create_task(self._judge(scenario, server, driver, None))
                    await self._calm()

    async def _calm(self) -> None:
        """Let the machine catch up with what was started, so that starting is not its own noise.

        At least ``STAGGER_S``; longer, up to ``CALM_WITHIN_S``, while the loop is late.
        """
        give_up_s = time.monotonic() + CALM_WITHIN_S
        while True:
            looked_s = time.monotonic()
            await asyncio.sleep(STAGGER_S)
            now_s = time.monotonic()
            late_s = self.noise.between(looked_s, now_s).max_s
            if late_s <= self.targets.noise_limit_s or now_s >= give_up_s:
                return

    async def _fixed_sandbox(self, server: MockServer) -> Sandbox:
        try:
            return await server.open_sandbox(fixed_settings(self._mock_port, self.seed))
        except MockServerError as error:
            raise InputError(
                f"{error} (--mock-port); the run is the mock itself: end a `pawa-mock serve` first"
            ) from None

    async def _judge(
        self, scenario: Scenario, server: MockServer, driver: Driver, fixed: Sandbox | None
    ) -> None:
        """Run a scenario, once more where that is owed, and give its rows their verdicts."""
        rows = [row for row in self.rows if row.id in scenario.rows]
        for row in rows:
            self._listener.row_started(row)
        unclaimed = scenario.unclaimed(driver.manifest.claims)
        if unclaimed:
            judgement = verdict_of(Finding(unclaimed=unclaimed))
            self._tell(Judged(row, scenario, judgement, (), None) for row in rows)
            return
        trial = await self._try(scenario, server, driver, fixed, number=1)
        judgements = {row.id: self._judgement(trial, row.id) for row in rows}
        repeated = _repetition(
            trial,
            judgements.values(),
            fixed=fixed is not None,
            noise_limit_s=self.targets.noise_limit_s,
        )
        if repeated is not None:
            first = judgements
            trial = await self._try(repeated, server, driver, fixed, number=2)
            judgements = {row.id: self._judgement(trial, row.id) for row in rows}
            judgements = {
                row_id: confirmed(first[row_id], second)
                if first[row_id].verdict is Verdict.FAIL
                else second
                for row_id, second in judgements.items()
            }
        self._tell(
            Judged(row, scenario, judgements[row.id], trial.checks.get(row.id, ()), trial)
            for row in rows
        )

    async def _try(
        self,
        scenario: Scenario,
        server: MockServer,
        driver: Driver,
        fixed: Sandbox | None,
        *,
        number: int,
    ) -> Trial:
        seed = derived_seed(self.seed, scenario.name, number)
        lent: dict[str, Any] = {
            "name": f"{scenario.rows[0].lower()}.{number}",
            "seed": seed,
            "server": server,
            "keyring": self.keyring,
            "targets": self.targets,
            "noise": self.noise,
            "launch": self._launched,
            "output": self._written,
            "told": lambda: self._told,
            "turns": self._turns,
        }
        bench = Bench(**lent) if fixed is None else FixedBench(sandbox=fixed, **lent)
        trial = await run_trial(
            scenario,
            seed=seed,
            driver=driver,
            bench=bench,
            probe_for_s=0.0 if fixed is None else PROBE_FOR_S,
        )
        self._told.extend((scenario.rows[0], one) for one in trial.told)
        return trial

    def _judgement(self, trial: Trial, row_id: str) -> Judgement:
        return verdict_of(
            Finding(
                checks=trial.checks.get(row_id, ()),
                undelivered=trial.undelivered,
                harness_error=trial.harness_error,
                not_testable=trial.not_testable,
                noise_p99_s=trial.noise.p99_s,
                noise_max_s=trial.noise.max_s,
                noise_limit_s=self.targets.noise_limit_s,
            )
        )

    def _tell(self, found: Iterable[Judged]) -> None:
        for judged in found:
            clean = replace(
                judged,
                judgement=self.keyring.mask(judged.judgement),
                checks=self.keyring.mask(judged.checks),
            )
            self.judged.append(clean)
            self._listener.row_judged(clean)


def derived_seed(run_seed: int, scenario: str, number: int) -> int:
    """The seed of one trial: the same for the same run seed, whatever else runs beside it."""
    digest = blake2b(f"{run_seed}:{scenario}:{number}".encode(), digest_size=6)
    return int.from_bytes(digest.digest())


def _repetition(
    trial: Trial, found: Iterable[Judgement], *, fixed: bool, noise_limit_s: float
) -> Scenario | None:
    """The scenario to run a second time, if it owes that; None when the first run stands.

    * A failed statistic is confirmed with another seed.
    * A failure on a machine that was busy meanwhile is confirmed, since a client that gets no turn
      misses limits that it would keep.
    * A crash is looked at again in a process of its own, since a neighbour may have caused it.
    * What the machine's noise voided is tried again, later.
    """
    verdicts = {judgement.verdict for judgement in found}
    if trial.harness_error is not None or trial.not_testable is not None:
        return None
    if trial.crashed and not trial.scenario.own_process and not fixed:
        return replace(trial.scenario, own_process=True)
    if Verdict.HARNESS_FAULT in verdicts and any(trial.checks.values()):
        return trial.scenario
    noisy = trial.noise.p99_s > noise_limit_s
    if Verdict.FAIL in verdicts and (trial.scenario.random or noisy):
        return trial.scenario
    return None
