"""``pawa-load run``: one run from the request to the exit code, and what may end it early."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

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
    results = run_to_the_end(request, as_json=as_json, locust=locust)
    if not as_json:
        show(results, request)
    return exit_code(results)


def run_to_the_end(
    request: LoadRequest, *, as_json: bool = False, locust: Sequence[str] | None = None
) -> Results:
    """The same without the table: what was found. Raises as :func:`run` does."""
    for module, name in (("locust", "Locust"), ("bokeh", "Bokeh")):
        if find_spec(module) is None:
            raise InputError(
                f"{name} is not installed; pip install 'pawa-resilience[load]' brings it"
            )
    with progress_of(as_json=as_json) as progress:
        try:
            results = asyncio.run(live_through(request, progress, locust=locust))
        except asyncio.CancelledError:
            raise Interrupted("ended at once; nothing was written") from None
        progress.ended(results, exit_code(results))
    return results


async def live_through(
    request: LoadRequest, progress: Progress, *, locust: Sequence[str] | None = None
) -> Results:
    """The whole life of a run: nothing of it is left but what it was asked to write."""
    begun = Beginning.now()
    with Signals() as signals, tempfile.TemporaryDirectory(prefix="pawa-load-") as name:
        folder = Path(name)
        reports = Reports(folder)
        async with World(request, folder) as world:
            plan = folder / "plan.json"
            world.plan.write(plan)
            progress.started(request, world.plan)
            child = LocustChild(plan, reports, processes=request.processes, command=locust)
            async with child:
                signals.end = _Ending(world, child, progress)
                with signals.before_the_traffic():
                    seen = await _attend(world, child, progress)
            beside = without_keys(world, reports.files()) if request.out_dir else ()
            results = conclude(world, seen, begun, beside)
        write(results, request, beside)
    return results


def progress_of(*, as_json: bool) -> Progress:
    """How a run shows itself: to programs on stdout, to people on stderr."""
    return JsonProgress(sys.stdout) if as_json else LiveProgress(console_for(sys.stderr))


class Signals:
    """What the signals that end a command do to the task that is in this context.

    The first one calls ``end`` with its name, once there is something to end; else, and when a
    second one comes, the task is cancelled. Further ones cannot hold up what is being ended.
    """

    def __init__(self) -> None:
        self.end: Callable[[str], None] | None = None
        self._heard = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        for number in ENDING_SIGNALS:
            self._loop.add_signal_handler(number, self._hear, number)
        return self

    def __exit__(self, *_: object) -> None:
        for number in ENDING_SIGNALS:
            self._loop.remove_signal_handler(number)

    @contextmanager
    def before_the_traffic(self) -> Iterator[None]:
        """What cannot go on because a signal ended it is no failure: raises Interrupted."""
        try:
            yield
        except WorldError as error:
            if not self._heard:
                raise
            raise Interrupted(f"{error}; nothing was written") from None

    def _hear(self, number: int) -> None:
        self._heard += 1
        if self._heard == 1 and self.end is not None:
            self.end(signal.Signals(number).name)
        elif self._heard <= 2 and self._task is not None:
            self._task.cancel()


@dataclass(frozen=True, slots=True)
class _Ending:
    """Ends a run before its time: what is known by then is told, judged and written."""

    world: World
    child: LocustChild
    progress: Progress

    def __call__(self, name: str) -> None:
        self.progress.told(f"{name}: ending; what was seen is judged and written")
        self.world.stop(name)
        self.child.ask_to_end()


async def _attend(world: World, child: LocustChild, progress: Progress) -> Seen:
    """Be there while the traffic is made, and see Locust off."""
    try:
        seen = await world.run(progress, alive=child.alive)
    except WorldError as error:
        said = world.keyring.mask_text(await child.last_words())
        raise WorldError("\n".join(filter(None, (str(error), said)))) from None
    code = await child.finish(FINISH_CUT_WITHIN_S if seen.cut_short else FINISH_WITHIN_S)
    if code is None:
        progress.told("Locust did not leave in time and is killed")
    elif code:
        progress.told(f"Locust ended with exit code {code}")
    if code != 0:
        for line in world.keyring.mask_text(await child.last_words()).splitlines():
            progress.told(f"Locust: {line}")
    return seen
