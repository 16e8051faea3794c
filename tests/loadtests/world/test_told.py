"""What the traffic side tells finds its place."""

from __future__ import annotations

import pytest

from loadtests.errors import InputError, WorldError
from loadtests.events import (
    CallEnded,
    ClientProcess,
    Ended,
    Event,
    Failed,
    Started,
    Telemetry,
    WorkerLost,
)
from loadtests.traffic.schedule import Schedule
from loadtests.world.seen import LaneSeen
from loadtests.world.told import Told


def told_of(*events: Event) -> Told:
    """What is known after these events."""
    told = Told({"client": LaneSeen("client", "reference")}, Schedule((), ()))
    for event in events:
        told.take(event, 1.0)
    return told


def test_each_event_goes_to_its_lane() -> None:
    """Calls and samples are kept in order, counters of several workers are summed."""
    calls = [CallEnded("client", index, 0.0, 0.0, 1.0, "ok") for index in range(3)]
    process = ClientProcess("client", 0, 0.5, 1, 2, 3, 4.0)
    lane = told_of(
        *calls,
        process,
        Telemetry("client", 0, {"retries": 1, "spend": 0.5}),
        Telemetry("client", 1, {"retries": 2}),
    ).lanes["client"]

    assert lane.calls == calls
    assert lane.processes == [process]
    assert lane.telemetry == {"retries": 3, "spend": 0.5}


def test_start_end_and_losses_are_known() -> None:
    """The start says who the client is."""
    told = told_of(
        Started(5.0, "here", 2, {"client": {"name": "mine"}}),
        WorkerLost("worker-2", 1.0),
        Ended(2.0, cut_short=False),
    )

    assert told.started is not None
    assert told.lanes["client"].manifest == {"name": "mine"}
    assert told.workers_lost == ["worker-2"]
    assert told.ended == Ended(2.0, cut_short=False)


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (Failed("no such client", wrong_input=True), InputError),
        (Failed("a worker broke", wrong_input=False), WorldError),
    ],
)
def test_a_failure_is_raised_as_what_it_is(event: Failed, error: type[Exception]) -> None:
    """In its own words."""
    with pytest.raises(error, match=f"^{event.message}$"):
        told_of(event)


def test_a_lane_that_the_plan_has_not_is_our_mistake() -> None:
    """Its calls would be lost."""
    with pytest.raises(WorldError, match="lane 'control'"):
        told_of(CallEnded("control", 0, 0.0, 0.0, 1.0, "ok"))
