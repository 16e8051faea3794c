"""One adapter process from greenlets: every way it can end, in the words of the harness."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.loadtests.generator.lanes import KEY, command, drive, miniature, plan

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nonjson_on_chat", "not JSON: 'INFO sending the request'"),
        ("misspells_a_field", "is 'text' meant?"),
        ("wrong_id", "which was never asked"),
        ("crashes_on_chat", "exit code 3; its last words: out of cheese"),
        ("huge_line", "a line of more than 16777216 bytes"),
        ("closes_stdout", "closed its stdout and went on running"),
    ],
)
def test_what_breaks_the_protocol_crashes_the_calls_in_flight(name: str, words: str) -> None:
    """The detail says what it was and whose bug; the process is ended."""
    ride = drive(miniature(name), ("call", {}), ("gone", []))

    assert ride.steps[0]["outcome"] == "crashed"
    assert words in ride.steps[0]["detail"]
    assert ride.gone


def test_a_second_answer_ends_the_process_and_the_next_call_gets_a_fresh_one() -> None:
    """The first call had its answer already."""
    ride = drive(
        miniature("answers_twice"), ("call", {}), ("sleep", 0.1), ("call", {}), ("pids", {})
    )

    assert [step["outcome"] for step in (ride.steps[0], ride.steps[2])] == ["ok", "ok"]
    assert ride.steps[3] != ride.pids


def test_silence_is_of_one_call_alone() -> None:
    """It is cancelled; whatever is asked beside it is served, and a late answer is let pass."""
    ride = drive(
        miniature("answers_late"),
        ("call", {"patience_s": 0.2}),
        ("together", [{"patience_s": 0.2}, {"sentences": ["a", "b"]}]),
        ("pids", {}),
    )

    assert ride.steps[0]["outcome"] == "hung"
    assert ride.steps[0]["detail"] == "the client gave no final answer to chat within 0.2 s"
    assert [one["outcome"] for one in ride.steps[1]] == ["hung", "ok"]
    assert ride.steps[2] == ride.pids


def test_a_client_that_cancels_still_counts_as_hung() -> None:
    """What it streamed by then is told, on the clock of the harness."""
    (call,) = drive(miniature("streams_until_cancelled"), ("call", {"patience_s": 0.3})).steps

    assert (call["outcome"], call["pieces"], call["text"]) == ("hung", 1, "Ha")
    assert call["sent_s"] <= call["first_s"] <= call["ended_s"]


def test_stamps_of_a_clock_of_its_own_are_told_in_the_harness_time() -> None:
    """However far apart the clocks began; the pause between the pieces is that of the client."""
    (call,) = drive(miniature("streams_by_a_clock_of_its_own"), ("call", {"stream": True})).steps

    assert (call["outcome"], call["pieces"], call["characters"]) == ("ok", 2, 6)
    assert call["sent_s"] <= call["first_s"] < call["last_s"] <= call["ended_s"]
    assert call["last_s"] - call["first_s"] >= 0.05


def test_a_greenlet_that_is_killed_leaves_its_call_and_harms_no_other() -> None:
    """The call is cancelled in the client."""
    ride = drive(miniature("streams_until_cancelled"), ("leave", {}), ("leave", {}), ("pids", {}))

    assert ride.steps[2] == ride.pids


def test_much_on_stderr_does_not_stop_the_client() -> None:
    """It is drained, and kept within bounds."""
    (call,) = drive(miniature("floods_stderr"), ("call", {})).steps

    assert call["outcome"] == "ok"


def test_no_key_is_told() -> None:
    """Not even in the last words of a process that gives it away."""
    ride = drive(miniature("crashes_with_the_key"))

    assert ride.refused is not None
    assert "its last words: dumping" in ride.refused
    assert "key#" in ride.refused
    assert KEY not in ride.refused + ride.stderr


@pytest.mark.parametrize("name", ["well_behaved", "ignores_the_end"])
def test_nothing_is_left_running(name: str) -> None:
    """The end of stdin ends it, or a signal two seconds later; closing twice is closing once."""
    assert drive(miniature(name), ("call", {}), processes=2).gone


@pytest.mark.parametrize("close", [False, True])
def test_a_process_that_heeds_nothing_is_killed(close: bool, gone: Callable[[int], bool]) -> None:
    """By closing, or else when the interpreter ends without it."""
    asked = plan(miniature("ignores_sigterm"), close=close, tell_pids_first=True)
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
        worker.stdin.write(plan(miniature("ignores_sigterm"), ("sleep", 60), tell_pids_first=True))
        worker.stdin.flush()
        (pid,) = json.loads(worker.stdout.readline())
        worker.send_signal(signal.SIGKILL)

    assert gone(pid)


def test_a_client_is_not_told_where_the_plan_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor any real key of this machine."""
    monkeypatch.setenv("PAWA_LOAD_PLAN", "/somewhere/plan.json")
    monkeypatch.setenv("SOME_API_KEY", "real")
    ride = drive(miniature("tells_its_environment"), ("call", {}))

    assert "PAWA_LOAD_PLAN" not in ride.steps[0]["text"]
    assert "SOME_API_KEY" not in ride.steps[0]["text"]
