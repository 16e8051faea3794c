"""A lane in adapter processes: who gets which call, and what follows a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.loadtests.generator.lanes import drive, miniature

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_lane_says_what_its_client_said() -> None:
    """Claims are sorted; each process is told."""
    ride = drive(miniature("well_behaved"), ("telemetry", {}), processes=2)

    assert ride.hello["name"] == "miniature"
    assert ride.hello["claims"] == ["streaming"]
    assert len(ride.pids) == 2
    assert ride.steps == [{}]


def test_every_process_opens_every_instance_and_calls_go_round() -> None:
    """A tenant's calls go to each process in turn, always to that tenant's own instance."""
    calls = [("call", {"tenant": tenant}) for tenant in ("asha", "juma") for _ in range(2)]
    ride = drive(
        miniature("tells_what_it_was_asked"), *calls, processes=2, tenants=("asha", "juma")
    )

    asked = [json.loads(step["text"]) for step in ride.steps]
    assert [[one["op"] for one in lines][:3] for lines in asked] == [["hello", "open", "open"]] * 4
    assert [len(lines) for lines in asked] == [4, 4, 5, 5]
    clients = [lines[-1]["client"].rpartition("-")[2] for lines in asked]
    assert clients == ["asha", "asha", "juma", "juma"]


def test_an_embedding_call_counts_its_vectors() -> None:
    """One for each sentence."""
    (call,) = drive(miniature("well_behaved"), ("call", {"sentences": ["a", "bc"]})).steps

    assert (call["outcome"], call["vectors"], call["failed_vectors"]) == ("ok", 2, 0)


def test_after_a_crash_the_later_calls_are_served() -> None:
    """All that were in flight crashed; those after it wait for one fresh process, opened anew."""
    ride = drive(
        miniature("crashes_once"),
        ("call", {}),
        ("call", {"text": "crash"}),
        ("together", [{"text": "one"}, {"text": "two"}]),
        ("pids", {}),
    )

    before, crashed, after, pids = ride.steps
    assert before["outcome"] == "ok"
    assert crashed["outcome"] == "crashed"
    assert "ended by SIGKILL" in crashed["detail"]
    assert [call["text"] for call in after] == ["one", "two"]
    assert len(pids) == 1
    assert pids != ride.pids


def test_a_client_that_always_crashes_is_not_restarted_without_a_pause() -> None:
    """Its calls tell of the crash; the machine is not filled with starts."""
    ride = drive(miniature("crashes_on_chat"), *[("call", {})] * 3)

    assert [step["outcome"] for step in ride.steps] == ["crashed"] * 3
    assert ride.steps[2]["ended_s"] - ride.steps[0]["ended_s"] >= 0.5


def test_a_call_does_not_wait_for_a_process_beyond_its_patience() -> None:
    """It counts as hung."""
    ride = drive(miniature("crashes_on_chat"), ("call", {}), ("call", {"patience_s": 0.05}))

    assert ride.steps[1]["outcome"] == "hung"
    assert "not started anew within 0.05 s" in ride.steps[1]["detail"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (miniature("exits_at_once"), "did not say hello: the client's process ended"),
        (miniature("nonjson_on_hello"), "not JSON"),
        (miniature("refuses_hello"), "it answered hello with"),
        (miniature("refuses_its_settings"), "did not take its settings: it answered open with"),
        ("cmd:no-such-thing", "'no-such-thing' was not found"),
        ("python:no.such:thing", "did not say hello"),
        ("python:nothing", "must be python:package.module:factory"),
        ("nobody", "unknown client 'nobody'; valid:"),
    ],
)
def test_a_client_that_cannot_serve_is_refused_in_one_line(spec: str, words: str) -> None:
    """Before any traffic, with nothing left running."""
    ride = drive(spec, processes=2)

    assert ride.refused is not None
    assert words in ride.refused
    assert "\n" not in ride.refused
    assert ride.stderr == ""


@pytest.mark.parametrize("spec", ["reference", "pawa-sdk", "pawa-sdk-async"])
def test_the_clients_with_names_make_calls(spec: str, healthy: Callable[..., dict]) -> None:
    """Against a healthy server: JSON, a stream and vectors, each with its one attempt."""
    ride = drive(
        spec,
        ("call", {}),
        ("call", {"stream": True}),
        ("call", {"sentences": ["a", "b"]}),
        settings=healthy(),
    )

    chat, stream, vectors = ride.steps
    assert [one["outcome"] for one in ride.steps] == ["ok", "ok", "ok"]
    assert stream["text"] == chat["text"]
    assert stream["sent_s"] < stream["first_s"] < stream["last_s"] <= stream["ended_s"]
    assert vectors["vectors"] == 2


def test_the_numbers_of_all_instances_are_summed(healthy: Callable[..., dict]) -> None:
    """Over the processes too; lists and names are no numbers."""
    ride = drive(
        "reference", *[("call", {})] * 3, ("telemetry", {}), settings=healthy(), processes=2
    )

    assert ride.steps[3]["calls"] == 3
    assert ride.steps[3]["attempts"] == 3
    assert ride.steps[3]["tokens_out"] == sum(step["tokens_out"] for step in ride.steps[:3])
    assert all(isinstance(number, int | float) for number in ride.steps[3].values())
