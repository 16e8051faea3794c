"""``pawa-load run``: one run from the request to the exit code, and what may end it early."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from loadtests.conclusion import Beginning, conclude, show, without_keys, write
from loadtests.errors import InputError, Interrupted, WorldError
from loadtests.locust_child import FINISH_WITHIN_S, LocustChild, Reports
from loadtests.progress import JsonProgress, LiveProgress
from loadtests.world.world import World
from reports.results import exit_code
from reports.terminal import console_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from loadtests.progress import Progress
    from loadtests.request import LoadRequest
    from loadtests.world.seen import Seen
    from reports.results import Results

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

FINISH_CUT_WITHIN_S = 5.0
"""How long Locust may take to leave when the run was ended before its time."""


def run(request: LoadRequest, *, as_json: bool = False, locust: Sequence[str] | None = None) -> int:
    """Run a load test, show it live, print a short table; the command's exit code.

    ``as_json`` tells the progress on stdout as JSON Lines, and no table. ``locust`` is the command
    that makes the traffic, for tests.

    Raises InputError for what a person has to mend, WorldError when the harness failed, Interrupted
    when somebody ended it at once; nothing is left running and nothing is written then.
    """
    if find_spec("locust") is None:
        raise InputError("Locust is not installed; pip install 'pawa-resilience[load]' brings it")
    with progress_of(as_json=as_json) as progress:
        try:
            results = asyncio.run(live_through(request, progress, locust=locust))
        except asyncio.CancelledError:
            raise Interrupted("ended at once; nothing was written") from None
        code = exit_code(results)
        progress.ended(results, code)
    if not as_json:
        show(results, request)
    return code


async def live_through(
    request: LoadRequest, progress: Progress, *, locust: Sequence[str] | None = None
) -> Results:
    """The whole life of a run: nothing of it is left but what it was asked to write."""
    begun = Beginning.now()
    with tempfile.TemporaryDirectory(prefix="pawa-load-") as name:
        folder = Path(name)
        reports = Reports(folder)
        async with World(request, folder) as world:
            plan = folder / "plan.json"
            world.plan.write(plan)
            progress.started(request, world.plan)
            child = LocustChild(plan, reports, processes=request.processes, command=locust)
            async with child:
                seen = await _attend(world, child, progress)
            beside = without_keys(world, reports.files()) if request.out_dir else ()
            results = conclude(world, seen, begun, beside)
    write(results, request, beside)
    return results


def progress_of(*, as_json: bool) -> Progress:
    """How a run shows itself: to programs on stdout, to people on stderr."""
    return JsonProgress(sys.stdout) if as_json else LiveProgress(console_for(sys.stderr))


@contextmanager
def ended_by_signals(end: Callable[[str], None]) -> Iterator[None]:
    """The first signal calls ``end`` with its name, the second cancels the task that is in here."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    heard: list[int] = []

    def hear(number: int) -> None:
        heard.append(number)
        if len(heard) == 1:
            end(signal.Signals(number).name)
        elif task is not None:
            task.cancel()

    for number in ENDING_SIGNALS:
        loop.add_signal_handler(number, hear, number)
    try:
        yield
    finally:
        for number in ENDING_SIGNALS:
            loop.remove_signal_handler(number)


async def _attend(world: World, child: LocustChild, progress: Progress) -> Seen:
    """Be there while the traffic is made, and see Locust off."""

    def end(name: str) -> None:
        progress.told(f"{name}: ending; what was seen is judged and written (once more: at once)")
        world.stop(name)
        child.ask_to_end()

    with ended_by_signals(end):
        try:
            seen = await world.run(progress, alive=child.alive)
        except WorldError as error:
            said = world.keyring.mask_text(child.said)
            raise WorldError("\n".join(filter(None, (str(error), said)))) from None
        code = await child.finish(FINISH_CUT_WITHIN_S if seen.cut_short else FINISH_WITHIN_S)
        if code is None:
            progress.told("Locust did not leave in time and is killed")
        if seen.cut_short:
            for line in world.keyring.mask_text(child.said).splitlines():
                progress.told(f"Locust: {line}")
    return seen
