"""The events file, as it grows."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from loadtests.events import Ended, Telemetry, from_line, to_line
from loadtests.generator.recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = (Telemetry("client", 0, {"calls": 1.0}), Ended(1.0, cut_short=True))


def test_an_event_can_be_read_as_soon_as_it_is_told(tmp_path: Path) -> None:
    """Nothing waits in a buffer."""
    path = tmp_path / "events"
    with Recorder(path) as recorder:
        recorder.tell(EVENTS[0])
        assert path.read_bytes() == to_line(EVENTS[0])
        recorder.append(to_line(EVENTS[1]) * 2)
        told = [from_line(line) for line in path.read_bytes().splitlines()]

    assert told == [EVENTS[0], EVENTS[1], EVENTS[1]]


def test_it_appends_to_what_is_there(tmp_path: Path) -> None:
    """The world may have made the file."""
    path = tmp_path / "events"
    for event in EVENTS:
        with Recorder(path) as recorder:
            recorder.tell(event)

    assert path.read_bytes() == b"".join(map(to_line, EVENTS))


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    """What clients say of themselves is in it."""
    path = tmp_path / "events"
    with Recorder(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_may_be_closed_twice(tmp_path: Path) -> None:
    """And tells nothing afterwards."""
    recorder = Recorder(tmp_path / "events")
    recorder.close()
    recorder.close()

    with pytest.raises(OSError, match="Bad file descriptor"):
        recorder.tell(EVENTS[0])


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    """Whoever holds the run makes a line of it."""
    with pytest.raises(OSError, match="No such file"):
        Recorder(tmp_path / "nowhere" / "events")
