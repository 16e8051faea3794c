"""``pawa-scenarios zoo``: every defect against its rows; what is not caught has escaped.

A defect is caught when each of its rows fails, and fails by a check that the defect names: a row
that fails for another reason proves nothing about its own. Defects that show under load alone are
not hunted here.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reports.results import Verdict
from reports.terminal import console_for
from scenarios.clients.spec import parse_spec
from scenarios.engine import Engine
from scenarios.errors import InputError, nearest
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

SHOWN = 2
"""So many checks are named in the table; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Catch:
    """One row's verdict on a defect, and the checks that missed."""

    row: str
    verdict: Verdict
    missed: tuple[str, ...]
    named: tuple[str, ...]
    """Those of the missed checks that the defect names."""
    reason: str

    @property
    def right(self) -> bool:
        """Whether the row failed, by a check that the defect names."""
        return self.verdict is Verdict.FAIL and bool(self.named)

    @property
    def told(self) -> str:
        """By what it was caught; or what was found instead."""
        if self.right:
            return _some(self.named)
        if self.verdict is Verdict.FAIL:
            return f"failed by another check than the defect names: {_some(self.missed)}"
        return self.reason


@dataclass(frozen=True, slots=True)
class Hunted:
    """One defect against all its rows, once."""

    defect: Defect
    catches: tuple[Catch, ...]

    @property
    def caught(self) -> bool:
        """Whether every row failed for the right reason."""
        return all(catch.right for catch in self.catches)


def hunt(*, only: Sequence[str] = (), repeat: int = 1, seed: int | None = None) -> int:
    """Run the zoo, print a table; 0 when all was caught, 1 when something escaped.

    Raises:
        InputError: An unknown defect.
    """
    chosen = choose(all_defects(), only)
    console = console_for(sys.stdout)
    first_seed = secrets.randbits(31) if seed is None else seed
    hunted: list[Hunted] = []
    for number in range(repeat):
        if repeat > 1:
            console.print(Text(f"run {number + 1} of {repeat}, seed {first_seed + number}"))
        hunted.extend(asyncio.run(hunt_all(chosen, first_seed + number, console)))
    console.print(_table(hunted))
    escaped = sorted({one.defect.id for one in hunted if not one.caught})
    told = f"escaped: {', '.join(escaped)}" if escaped else f"all {len(chosen)} caught"
    console.print(Text(f"{told} (seed {first_seed})"), soft_wrap=True)
    return 1 if escaped else 0


def all_defects() -> Mapping[str, Defect]:
    """The zoo."""
    from scenarios.zoo.defects import DEFECTS  # noqa: PLC0415 - loads every damaged client

    return DEFECTS


def choose(defects: Mapping[str, Defect], only: Sequence[str]) -> list[Defect]:
    """The defects of these ids (in any case, with commas); all that have a scenario without ids.

    Raises:
        InputError: An unknown id, with the nearest; one without a scenario; or none at all.
    """
    by_folded = {name.casefold(): defect for name, defect in defects.items()}
    wanted = [word.strip() for text in only for word in text.split(",") if word.strip()]
    if only and not wanted:
        raise InputError("--only is empty; leave it out for the whole zoo")
    for word in wanted:
        if word.casefold() not in by_folded:
            raise InputError(f"unknown defect {word!r}{nearest(word, defects)}")
        if not by_folded[word.casefold()].rows:
            raise InputError(f"defect {word!r} shows under load alone: see its rows in docs/zoo.md")
    hunted = [defect for defect in defects.values() if defect.rows]
    return [by_folded[word.casefold()] for word in wanted] or hunted


async def hunt_all(defects: Sequence[Defect], seed: int, console: Console) -> list[Hunted]:
    """Every defect once, some side by side; each is told of when it is through."""
    turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int, defect: Defect) -> Hunted:
        await asyncio.sleep(number * EVERY_S)
        async with turn:
            hunted = await hunt_one(defect, seed)
        word, style = ("caught ", "green") if hunted.caught else ("ESCAPED", "bold red")
        console.print(Text.assemble((word, style), f"  {defect.id:8} {defect.defect}"))
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
    missed = tuple(check.name for check in judged.checks if check.verdict is Verdict.FAIL)
    return Catch(
        row=judged.row.id,
        verdict=judged.verdict,
        missed=missed,
        named=tuple(name for name in missed if defect.shows_in(judged.row.id, name)),
        reason=judged.judgement.reason,
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _table(hunted: Sequence[Hunted]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("defect", "row", "verdict", "by"):
        table.add_column(column, overflow="fold")
    for one in hunted:
        for catch in one.catches:
            style = "" if catch.right else "bold red"
            verdict = catch.verdict.value.replace("_", " ")
            cells = (one.defect.id, catch.row, verdict, catch.told)
            table.add_row(*(Text(cell, style) for cell in cells))
    return table


class _Silent:
    """Listens to nothing."""

    def run_started(self, manifest: Manifest) -> None:
        """Nothing to tell."""

    def row_started(self, row: CatalogueRow) -> None:
        """Nothing to tell."""

    def row_judged(self, judged: Judged) -> None:
        """Nothing to tell."""
