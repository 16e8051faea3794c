"""``pawa-load attend``: the world beside a Locust that somebody has started by hand.

Locust's master (or its one process) starts it when a test begins, waits for ``plan.json`` in the
folder that both know, and takes the exit code of this process for its own.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from loadtests.conclusion import Beginning, conclude, show, write
from loadtests.errors import Interrupted
from loadtests.running import Signals, progress_of
from loadtests.world.world import World
from reports.results import exit_code

if TYPE_CHECKING:
    from pathlib import Path

    from loadtests.progress import Progress
    from loadtests.request import LoadRequest
    from reports.results import Results

PLAN = "plan.json"


def attend(request: LoadRequest, folder: Path) -> int:
    """Attend one test, write what came of it, print a short table; the exit code.

    Raises InputError for what a person has to mend, WorldError when the harness failed, Interrupted
    when it was ended at once.
    """
    with progress_of(as_json=False) as progress:
        try:
            results = asyncio.run(live_through(request, folder, progress))
        except asyncio.CancelledError:
            raise Interrupted("ended at once; nothing was written") from None
    show(results, request)
    return exit_code(results)


async def live_through(request: LoadRequest, folder: Path, progress: Progress) -> Results:
    """The whole life of a run whose traffic others make; it ends with the process it belongs to."""
    begun = Beginning.now()
    parent = os.getppid()
    with Signals() as signals:
        async with World(request, folder) as world:
            signals.end = world.stop
            world.plan.write(folder / PLAN)
            progress.started(request, world.plan)
            with signals.before_the_traffic():
                seen = await world.run(progress, alive=lambda: os.getppid() == parent)
            results = conclude(world, seen, begun)
        write(results, request)
    return results
