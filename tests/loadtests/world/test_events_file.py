"""The events file is read as it grows, line by line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.errors import WorldError
from loadtests.events import WorkerLost, to_line
from loadtests.world.events_file import EventsFile

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = [WorkerLost(f"worker-{number}", 0.5 * number) for number in range(5)]


def test_a_file_that_is_not_there_yet_has_told_nothing(tmp_path: Path) -> None:
    """It is looked for again at the next reading."""
    events = EventsFile(tmp_path / "events.jsonl")
    assert events.read() == []

    (tmp_path / "events.jsonl").write_bytes(to_line(EVENTS[0]))
    assert events.read() == [EVENTS[0]]
    assert events.read() == []
    events.close()


@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_lines_are_whole_however_they_were_written(
    cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each event is read once, in order, never before its line has ended."""
    path = tmp_path_factory.mktemp("events") / "events.jsonl"
    data = b"".join(map(to_line, EVENTS))
    events, read = EventsFile(path), []
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        with path.open("ab") as told:
            told.write(data[start:end])
        read += events.read()
        assert len(read) == data[:end].count(b"\n")
    events.close()

    assert read == EVENTS


@pytest.mark.parametrize("line", [b"{", b"[]", b"3", b'{"event":"nobody"}', b'{"event":"ended"}'])
def test_a_line_that_is_no_event_is_named(tmp_path: Path, line: bytes) -> None:
    """One line of message: which file, which line."""
    (tmp_path / "events.jsonl").write_bytes(to_line(EVENTS[0]) + line + b"\n")
    events = EventsFile(tmp_path / "events.jsonl")

    with pytest.raises(WorldError, match=r"^events.jsonl: line 2 is no event"):
        events.read()
    events.close()
