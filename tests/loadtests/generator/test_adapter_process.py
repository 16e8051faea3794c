"""One adapter process from greenlets: every way it can end, in the words of the harness."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.loadtests.generator.lanes import (
    KEY,
    Ride,
    Step,
    command,
    drive_all,
    line,
    miniature,
    plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable


BREACHES = {
    "nonjson_on_chat": "not JSON: 'INFO sending the request'",
    "misspells_a_field": "is 'text' meant?",
    "wrong_id": "which was never asked",
    "crashes_on_chat": "exit code 3; its last words: out of cheese",
    "huge_line": "a line of more than 16777216 bytes",
    "closes_stdout": "closed its stdout and went on running",
}
HEEDLESS = ("well_behaved", "ignores_the_end", "ignores_sigterm")
CALL: Step = ("call", {})
STEPS: dict[str, tuple[Step, ...]] = {
    **dict.fromkeys((*BREACHES, *HEEDLESS, "floods_stderr"), (CALL,)),
    "answers_twice": (CALL, ("sleep", 0.1), CALL, ("pids", {})),
    "answers_late": (
        ("call", {"patience_s": 0.2}),
        ("together", [{"patience_s": 0.2}, {"sentences": ["a", "b"]}]),
        ("pids", {}),
    ),
    "goes_deaf": (
        ("together", [{"patience_s": 0.2}, {"patience_s": 20}]),
        ("sleep", 0.6),
        ("call", {"patience_s": 2}),
        ("pids", {}),
    ),
    "streams_until_cancelled": (
        ("call", {"patience_s": 0.3}),
        ("leave", {}),
        ("leave", {}),
        ("pids", {}),
    ),
    "streams_by_a_clock_of_its_own": (("call", {"stream": True}),),
    "crashes_with_the_key": (),
    "tells_its_environment": (CALL,),
}
"""What is asked of each miniature."""


@pytest.fixture(scope="module")
def rides() -> dict[str, Ride]:
    """All of them, side by side."""
    plans = [plan(miniature(name), *steps) for name, steps in STEPS.items()]
    told = {"PAWA_LOAD_PLAN": "/somewhere/plan.json", "SOME_API_KEY": "real"}
    return dict(zip(STEPS, drive_all(*plans, environment=told), strict=True))


@pytest.mark.parametrize("name", BREACHES)
def test_what_breaks_the_protocol_crashes_the_calls_in_flight(
    name: str, rides: dict[str, Ride]
) -> None:
    """The detail says what it was and whose bug; the process is ended."""
    (call,) = rides[name].steps

    assert call["outcome"] == "crashed"
    assert BREACHES[name] in call["detail"]
    assert rides[name].gone


def test_a_second_answer_ends_the_process_and_the_next_call_gets_a_fresh_one(
    rides: dict[str, Ride],
) -> None:
    """The first call had its answer already."""
    first, _, second, pids = rides["answers_twice"].steps

    assert (first["outcome"], second["outcome"]) == ("ok", "ok")
    assert pids != rides["answers_twice"].pids


def test_silence_is_of_one_call_alone(rides: dict[str, Ride]) -> None:
    """It is cancelled; whatever is asked beside it is served, and a late answer is let pass."""
    alone, together, pids = rides["answers_late"].steps

    assert alone["outcome"] == "hung"
    assert alone["detail"] == "the client gave no final answer to chat within 0.2 s"
    assert [one["outcome"] for one in together] == ["hung", "ok"]
    assert pids == rides["answers_late"].pids


def test_a_process_that_is_deaf_to_the_cancelling_too_is_ended(rides: dict[str, Ride]) -> None:
    """The calls beside the silent one crashed; a later one finds a fresh process."""
    (silent, beside), _, later, pids = rides["goes_deaf"].steps

    assert (silent["outcome"], beside["outcome"], later["outcome"]) == ("hung", "crashed", "hung")
    assert "answered neither chat nor its cancelling" in beside["detail"]
    assert pids != rides["goes_deaf"].pids


def test_a_call_that_is_cancelled_for_its_silence_counts_as_hung(rides: dict[str, Ride]) -> None:
    """What it streamed by then is told, on the clock of the harness."""
    call = rides["streams_until_cancelled"].steps[0]

    assert (call["outcome"], call["pieces"], call["text"]) == ("hung", 1, "Ha")
    assert call["sent_s"] <= call["first_s"] <= call["ended_s"]


def test_a_greenlet_that_is_killed_leaves_its_call_and_harms_no_other(
    rides: dict[str, Ride],
) -> None:
    """The call is cancelled in the client, whose process goes on."""
    ride = rides["streams_until_cancelled"]

    assert ride.steps[3] == ride.pids


def test_stamps_of_a_clock_of_its_own_are_told_in_the_harness_time(rides: dict[str, Ride]) -> None:
    """However far apart the clocks began; the pause between the pieces is that of the client."""
    (call,) = rides["streams_by_a_clock_of_its_own"].steps

    assert (call["outcome"], call["pieces"], call["characters"]) == ("ok", 2, 6)
    assert call["sent_s"] <= call["first_s"] < call["last_s"] <= call["ended_s"]
    assert call["last_s"] - call["first_s"] >= 0.05


def test_much_on_stderr_does_not_stop_the_client(rides: dict[str, Ride]) -> None:
    """It is drained, and kept within bounds."""
    assert rides["floods_stderr"].steps[0]["outcome"] == "ok"


def test_no_key_is_told(rides: dict[str, Ride]) -> None:
    """Not even in the last words of a process that gives it away."""
    ride = rides["crashes_with_the_key"]

    assert ride.refused is not None
    assert "its last words: dumping" in ride.refused
    assert "key#" in ride.refused
    assert KEY not in ride.refused + ride.stderr


def test_a_client_is_not_told_where_the_plan_lies(rides: dict[str, Ride]) -> None:
    """Nor any real key of this machine."""
    told = rides["tells_its_environment"].steps[0]["text"]

    assert "PAWA_LOAD_PLAN" not in told
    assert "SOME_API_KEY" not in told


@pytest.mark.parametrize("name", HEEDLESS)
def test_nothing_is_left_running(name: str, rides: dict[str, Ride]) -> None:
    """The end of stdin ends it, or a signal two seconds later, or the last one after two more."""
    assert rides[name].steps[0]["outcome"] == "ok"
    assert rides[name].gone


def test_a_process_that_nobody_closed_ends_with_the_interpreter(
    gone: Callable[[int], bool],
) -> None:
    """Whatever it heeds."""
    asked = line(plan(miniature("ignores_sigterm"), close=False, tell_pids_first=True))
    ended = subprocess.run(
        command(), input=asked, text=True, capture_output=True, timeout=30, check=True
    )

    (pid,) = json.loads(ended.stdout.splitlines()[0])
    assert gone(pid)


def test_a_worker_that_is_killed_takes_its_adapters_with_it(gone: Callable[[int], bool]) -> None:
    """Also one that does not care for the end of its stdin."""
    with subprocess.Popen(
        command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        asked = plan(miniature("ignores_sigterm"), ("sleep", 60), tell_pids_first=True)
        worker.stdin.write(line(asked))
        worker.stdin.flush()
        (pid,) = json.loads(worker.stdout.readline())
        worker.send_signal(signal.SIGKILL)

    assert gone(pid)
