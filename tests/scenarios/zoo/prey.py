"""How the tests of the zoo hunt: through the real engine, each defect in a process of its own."""

from __future__ import annotations

import io

from rich.console import Console

from scenarios.hunt import Hunted, hunt_all
from scenarios.zoo.defects import DEFECTS, Defect

SEED = 20260824


async def escaped(theme: str) -> list[str]:
    """Which defects of a theme are not caught, each with what was seen; none is what is wanted.

    What escapes is hunted once more, with nothing else beside it: other tests run meanwhile, and a
    busy machine blurs pauses. `pawa-scenarios zoo --repeat 5` gives no second chance.
    """
    prey = [defect for defect in DEFECTS.values() if defect.theme == theme and defect.rows]
    found = await hunted_down(prey, SEED)
    again = await hunted_down([one.defect for one in found if not one.caught], SEED + 1)
    return [_told(hunted) for hunted in again if not hunted.caught]


async def hunted_down(prey: list[Defect], seed: int) -> list[Hunted]:
    """Each defect against its rows."""
    return await hunt_all(prey, seed, Console(file=io.StringIO()))


def _told(hunted: Hunted) -> str:
    seen = [
        f"{catch.row} {catch.verdict.value} by {', '.join(catch.missed) or 'nothing'}"
        for catch in hunted.catches
        if not catch.right
    ]
    return f"{hunted.defect.id} ({hunted.defect.defect}): {'; '.join(seen)}"
