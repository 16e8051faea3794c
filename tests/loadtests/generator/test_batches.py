"""Lines on their way to the master."""

from __future__ import annotations

from loadtests.events import Ended, Telemetry, from_line
from loadtests.generator.batches import Batch

EVENTS = (Telemetry("client", 0, {"calls": 3.0}), Ended(2.0, cut_short=False))


def test_whole_lines_are_taken_once_and_in_their_order() -> None:
    """What comes later waits for the next time."""
    batch = Batch()
    for event in EVENTS:
        batch.add(event)
    taken = batch.take()
    batch.add(EVENTS[0])

    assert tuple(from_line(line) for line in taken.splitlines()) == EVENTS
    assert taken.endswith(b"\n")
    assert from_line(batch.take()) == EVENTS[0]


def test_nothing_waits_at_first() -> None:
    """Nothing is sent then."""
    assert Batch().take() == b""
