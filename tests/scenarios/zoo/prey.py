"""How the tests of the zoo hunt: through the real engine, each defect in a process of its own."""

from __future__ import annotations

import io

from rich.console import Console

from reports.results import Verdict
from scenarios.hunt import Hunted, hunt_all
from scenarios.zoo.defects import DEFECTS, Defect

SEED = 20260824


async def escaped(theme: str) -> list[str]:
    """Which defects of a theme are not caught, each with what was seen; none is what is wanted.

    What the machine was too busy to judge is hunted once more: that is neither caught nor escaped.
    """
    prey = [defect for defect in DEFECTS.values() if defect.theme == theme]
    found = {hunted.defect.id: hunted for hunted in await hunted_down(prey, SEED)}
    unjudged = [hunted.defect for hunted in found.values() if not _is_judged(hunted)]
    found |= {hunted.defect.id: hunted for hunted in await hunted_down(unjudged, SEED + 1)}
    return [_told(hunted) for hunted in found.values() if not hunted.caught]


async def hunted_down(prey: list[Defect], seed: int) -> list[Hunted]:
    """Each defect against its rows."""
    return await hunt_all(prey, seed, Console(file=io.StringIO()))


def _is_judged(hunted: Hunted) -> bool:
    return all(catch.verdict is not Verdict.HARNESS_FAULT for catch in hunted.catches)


def _told(hunted: Hunted) -> str:
    seen = [
        f"{catch.row} {catch.verdict.value} by {', '.join(catch.missed) or 'nothing'}"
        for catch in hunted.catches
        if not catch.right
    ]
    return f"{hunted.defect.id} ({hunted.defect.defect}): {'; '.join(seen)}"
