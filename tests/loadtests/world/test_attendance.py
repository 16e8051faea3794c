"""Attendance by itself; tests/loadtests/world/test_world.py goes through it with a whole world."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from loadtests.events import Ended, Started, to_line
from loadtests.profile_file import profile_of
from loadtests.traffic.schedule import schedule_of
from loadtests.world.attendance import Attendance, OpenServer
from loadtests.world.events_file import EventsFile
from loadtests.world.sandboxes import checked_settings
from loadtests.world.seen import LaneSeen
from loadtests.world.timeline import states_of
from mockserver.sandbox import Sandbox
from tests.loadtests.world.traffic import Watched, profile_table

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = profile_of(profile_table(), "small")


def attended(
    path: Path, *, control: bool, cut_short: bool = False, end: bool = True
) -> tuple[Attendance, EventsFile]:
    """An attendance without traffic, whose start (and end) is told already."""
    events = EventsFile(path)
    started = Started(time.monotonic() - 1.0, "here", 1, {"client": None})
    path.write_bytes(to_line(started) + (to_line(Ended(0.9, cut_short)) if end else b""))
    servers, lanes = [], {}
    for name in ("client", "control") if control else ("client",):
        settings = checked_settings({"name": name}, name)
        states = states_of(PROFILE, settings, "primary")
        servers.append(OpenServer(name, "primary", Sandbox(settings), states))
        lanes[name] = LaneSeen(name, "reference")
    schedule = schedule_of(PROFILE, quick=False, seed=1)
    return Attendance(schedule, servers, lanes, drain_s=0.1), events


@pytest.mark.parametrize("control", [True, False])
async def test_an_end_that_was_told_ends_the_attendance(tmp_path: Path, control: bool) -> None:
    """At once; lanes are those that were given."""
    attendance, events = attended(tmp_path / "events.jsonl", control=control)
    seen = await attendance.run(events, Watched())
    events.close()

    assert not seen.cut_short
    assert seen.cut_at_s is None
    assert (seen.control is not None) == control


async def test_an_end_before_its_time_is_cut_short_where_it_was_told(tmp_path: Path) -> None:
    """The traffic side knows best when that was."""
    attendance, events = attended(tmp_path / "e.jsonl", control=False, cut_short=True)
    seen = await attendance.run(events, Watched())
    events.close()

    assert (seen.cut_short, seen.cut_at_s) == (True, 0.9)


async def test_a_run_that_is_cancelled_leaves_no_task(tmp_path: Path) -> None:
    """Whatever it was doing."""
    attendance, events = attended(tmp_path / "events.jsonl", control=False, end=False)
    watched = Watched()
    run = asyncio.create_task(attendance.run(events, watched))
    await watched.until(phases=1)
    run.cancel()
    await asyncio.wait([run])
    events.close()

    assert asyncio.all_tasks() == {asyncio.current_task()}
