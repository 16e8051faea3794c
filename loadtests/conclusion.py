"""What follows the traffic: a run is judged, written and shown."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loadtests.errors import InputError
from loadtests.judging.results import judge
from reports.document import ReportError
from reports.terminal import console_for, print_summary
from reports.writing import write_run, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadtests.request import LoadRequest
    from loadtests.world.seen import Seen
    from loadtests.world.world import World
    from reports.results import Results


@dataclass(frozen=True, slots=True)
class Beginning:
    """When a run began, on the calendar and on the clock that goes evenly."""

    started_at: datetime
    started_s: float

    @classmethod
    def now(cls) -> Beginning:
        """This moment."""
        return cls(datetime.now(UTC), time.monotonic())


@dataclass(frozen=True, slots=True)
class Written:
    """A file beside the results: what it is, its name, and what it holds (no key in it)."""

    what: str
    name: str
    content: bytes


def conclude(
    world: World, seen: Seen, begun: Beginning, beside: tuple[Written, ...] = ()
) -> Results:
    """The results of a run, without any of its keys, with the names of the files beside them."""
    results = judge(
        world.request,
        world.plan.schedule(),
        seen,
        started_at=begun.started_at,
        duration_s=time.monotonic() - begun.started_s,
    )
    if results.load is not None and world.request.out_dir is not None:
        files = {one.what: one.name for one in beside}
        results = replace(results, load=replace(results.load, files=files))
    masked: Results = world.keyring.mask(results)
    return masked


def without_keys(world: World, files: Mapping[str, Path]) -> tuple[Written, ...]:
    """Locust's own reports, in which a client's words may stand."""
    return tuple(
        Written(what, path.name, _without_keys(world, path.read_bytes()))
        for what, path in files.items()
    )


def write(results: Results, request: LoadRequest, beside: tuple[Written, ...] = ()) -> None:
    """Write everything where the person asked for it. Raises InputError."""
    if request.out_dir is None:
        return
    try:
        write_run(results, request.out_dir)
        for one in beside:
            write_whole(request.out_dir / one.name, one.content)
    except ReportError as error:
        raise InputError(str(error)) from None


def show(results: Results, request: LoadRequest) -> None:
    """A short table on stdout, and where the page is."""
    page = request.out_dir / "index.html" if request.out_dir else None
    print_summary([(request.spec, results)], console_for(sys.stdout), page)


def _without_keys(world: World, content: bytes) -> bytes:
    text = content.decode("utf-8", "surrogateescape")
    return world.keyring.mask_text(text).encode("utf-8", "surrogateescape")
