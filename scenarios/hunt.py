"""``pawa-scenarios zoo``: every defect against its rows; what is not caught has escaped.

Defects that show under load alone are not hunted here.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from typing import TYPE_CHECKING

from rich.text import Text

from reports.terminal import console_for
from scenarios.catches import (
    Catch,
    Hunted,
    all_defects,
    catch_of,
    catches_table,
    choose,
    told_of,
)
from scenarios.clients.spec import parse_spec
from scenarios.engine import Engine
from scenarios.registry import discover
from scenarios.targets import Targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.clients.protocol import Manifest
    from scenarios.engine import Judged
    from scenarios.zoo.defect import Defect

SIDE_BY_SIDE = 16
"""So many defects at once at most: each is a process of its own that mostly waits."""

EVERY_S = 0.5
"""Between the starts of two, so that starting processes is not the noise of those that run."""


def hunt(*, only: Sequence[str] = (), repeat: int = 1, seed: int | None = None) -> int:
    """Run the zoo, print a table; 0 when all was caught, 1 when something escaped.

    Raises:
        InputError: An unknown defect.
    """
    chosen = choose(all_defects(), only, elsewhere=under_load_alone(all_defects()))
    console = console_for(sys.stdout)
    first_seed = secrets.randbits(31) if seed is None else seed
    hunted: list[Hunted] = []
    for number in range(repeat):
        if repeat > 1:
            console.print(Text(f"run {number + 1} of {repeat}, seed {first_seed + number}"))
        hunted.extend(asyncio.run(hunt_all(chosen, first_seed + number, console)))
    console.print(catches_table(hunted))
    escaped = sorted({one.defect.id for one in hunted if not one.caught})
    told = f"escaped: {', '.join(escaped)}" if escaped else f"all {len(chosen)} caught"
    console.print(Text(f"{told} (seed {first_seed})"), soft_wrap=True)
    return 1 if escaped else 0


def under_load_alone(defects: Mapping[str, Defect]) -> dict[str, str]:
    """The defects that have no scenario, and where they are hunted."""
    told = "shows under load alone: `pawa-load zoo` hunts it"
    return {defect.id: told for defect in defects.values() if not defect.rows}


async def hunt_all(defects: Sequence[Defect], seed: int, console: Console) -> list[Hunted]:
    """Every defect once, some side by side; each is told of when it is through."""
    turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int, defect: Defect) -> Hunted:
        await asyncio.sleep(number * EVERY_S)
        async with turn:
            hunted = await hunt_one(defect, seed)
        console.print(told_of(hunted))
        return hunted

    hunts = [asyncio.create_task(one(*numbered)) for numbered in enumerate(defects)]
    try:
        return list(await asyncio.gather(*hunts))
    finally:
        await _end(hunts)


async def _end(hunts: Sequence[asyncio.Task[Hunted]]) -> None:
    """Let every hunt end its client's process; a second cancelling would cut that short."""
    for hunt_of_one in hunts:
        if not hunt_of_one.cancelling():
            hunt_of_one.cancel()
    if hunts:
        await asyncio.wait(hunts)


async def hunt_one(defect: Defect, seed: int) -> Hunted:
    """One defect against its rows."""
    registry = discover()
    rows = [registry.row(row) for row in defect.rows]
    plan = parse_spec(defect.spec)
    engine = Engine(
        registry=registry,
        rows=rows,
        launch=lambda: plan.start(debug_log=True),
        seed=seed,
        targets=Targets(),
        listener=_Silent(),
    )
    await engine.run()
    by_row = {judged.row.id: judged for judged in engine.judged}
    return Hunted(defect, tuple(_catch(by_row[row.id], defect) for row in rows))


def _catch(judged: Judged, defect: Defect) -> Catch:
    return catch_of(defect, judged.row.id, judged.verdict, judged.checks, judged.judgement.reason)


class _Silent:
    """Listens to nothing."""

    def run_started(self, manifest: Manifest) -> None:
        """Nothing to tell."""

    def row_started(self, row: CatalogueRow) -> None:
        """Nothing to tell."""

    def row_judged(self, judged: Judged) -> None:
        """Nothing to tell."""
