"""The lines that the traffic side tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.events import (
    CallEnded,
    ClientProcess,
    Ended,
    Event,
    Failed,
    Started,
    Telemetry,
    WorkerLost,
    from_line,
    to_line,
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
CALLS = st.builds(
    CallEnded,
    lane=st.sampled_from(["client", "control"]),
    index=st.integers(0, 10**6),
    scheduled_s=NUMBERS,
    sent_s=NUMBERS,
    ended_s=st.none() | NUMBERS,
    outcome=st.sampled_from(["ok", "timeout", "running"]),
    first_s=st.none() | NUMBERS,
    attempts=st.none() | st.integers(0, 9),
    cost=st.none() | NUMBERS,
    detail=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


@given(CALLS)
def test_a_call_survives_its_line(call: CallEnded) -> None:
    """Whatever it says, on one line."""
    line = to_line(call)

    assert line.count(b"\n") == 1
    assert from_line(line) == call


@pytest.mark.parametrize(
    "event",
    [
        Started(12.5, "m", 2, {"client": {"name": "x"}, "control": None}),
        ClientProcess("client", 0, 1.0, 10, 3, 2, 0.5),
        Telemetry("client", 0, {"attempts": 3.0}),
        WorkerLost("w", 3.0),
        Failed("no such command", True),
        Ended(10.0, False),
    ],
)
def test_every_event_survives_its_line(event: Event) -> None:
    """What was told is what is read."""
    assert from_line(to_line(event)) == event


@pytest.mark.parametrize("line", [b"", b"{", b'{"event":"song"}'])
def test_anything_else_is_no_event(line: bytes) -> None:
    """A reader is told at once."""
    with pytest.raises(ValueError, match=r"."):
        from_line(line)
