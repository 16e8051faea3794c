"""``pawa-load zoo``: every defect that shows under load, in the profiles that judge its rows.

One run after the other, each in the quick form with the control beside it: loads that share a
machine would judge each other.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Self

from rich.text import Text

from loadtests.asking import SEED_BITS
from loadtests.profile_file import load_profile, shipped
from loadtests.request import LoadRequest
from loadtests.running import live_through
from reports.results import Verdict
from reports.terminal import console_for
from scenarios.catches import Hunted, all_defects, catch_of, catches_table, choose, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadtests.plan import Plan
    from loadtests.traffic.schedule import Span
    from loadtests.world.watching import Snapshot
    from reports.results import Results
    from scenarios.catches import Catch
    from scenarios.zoo.defect import Defect

TRIES = 3
"""How often a run is made anew when the machine was too busy to judge."""


class Quiet:
    """A run that nobody watches."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def started(self, request: LoadRequest, plan: Plan) -> None:
        """Nothing to tell."""

    def phase(self, span: Span) -> None:
        """Nothing to tell."""

    def tick(self, snapshot: Snapshot) -> None:
        """Nothing to tell."""

    def told(self, line: str) -> None:
        """Nothing to tell."""

    def ended(self, results: Results, code: int) -> None:
        """Nothing to tell."""


def hunt(*, only: Sequence[str] = (), repeat: int = 1, seed: int | None = None) -> int:
    """Run the zoo under load, print a table; 0 when all was caught, 1 when something escaped.

    Raises:
        InputError: An unknown defect, or one that no load test judges.
    """
    chosen = choose(all_defects(), only, elsewhere=without_load(all_defects()))
    console = console_for(sys.stdout)
    first_seed = secrets.randbits(SEED_BITS) if seed is None else seed
    hunted: list[Hunted] = []
    for number in range(repeat):
        if repeat > 1:
            console.print(Text(f"run {number + 1} of {repeat}, seed {first_seed + number}"))
        for defect in chosen:
            hunted.append(hunt_one(defect, first_seed + number))
            console.print(told_of(hunted[-1]))
    console.print(catches_table(hunted))
    escaped = sorted({one.defect.id for one in hunted if not one.caught})
    told = f"escaped: {', '.join(escaped)}" if escaped else f"all {len(chosen)} caught"
    console.print(Text(f"{told} (seed {first_seed})"), soft_wrap=True)
    return 1 if escaped else 0


def without_load(defects: Mapping[str, Defect]) -> dict[str, str]:
    """The defects that no load test judges, and where they are hunted."""
    told = "is judged by scenarios alone: `pawa-scenarios zoo` hunts it"
    return {defect.id: told for defect in defects.values() if not defect.load_rows}


def hunt_one(
    defect: Defect, seed: int, run: Callable[[LoadRequest], Results] | None = None
) -> Hunted:
    """One defect in each profile that judges one of its rows; ``run`` makes a load test."""
    made = run or run_quietly
    catches: list[Catch] = []
    for profile, rows in profiles_of(defect.load_rows).items():
        request = LoadRequest(load_profile(profile), defect.spec, seed=seed, quick=True)
        for _ in range(TRIES):
            found = {row.id: row for row in made(request).rows}
            if all(found[row].verdict is not Verdict.HARNESS_FAULT for row in rows):
                break
        catches += [
            catch_of(defect, row, found[row].verdict, found[row].checks, found[row].reason)
            for row in rows
        ]
    return Hunted(defect, tuple(catches))


def profiles_of(rows: Sequence[str]) -> dict[str, list[str]]:
    """The shipped profiles that judge these rows, each with those that it judges."""
    judged: defaultdict[str, list[str]] = defaultdict(list)
    homes = {row: name for name in shipped() for row in load_profile(name).rows}
    for row in rows:
        judged[homes[row]].append(row)
    return dict(judged)


def run_quietly(request: LoadRequest) -> Results:
    """One load test that shows nothing and writes nothing."""
    return asyncio.run(live_through(request, Quiet()))
