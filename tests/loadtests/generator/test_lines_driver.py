"""A lane in adapter processes: who gets which call, and what follows a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.settings import SandboxSettings
from tests.loadtests.generator.lanes import MODEL, Ride, Step, drive_all, miniature, plan

if TYPE_CHECKING:
    from mockserver.threaded import ThreadedMockServer


CALL: Step = ("call", {})
PLANS = {
    "says": plan(miniature("well_behaved"), ("telemetry", {}), processes=2),
    "embeds": plan(miniature("well_behaved"), ("call", {"sentences": ["a", "bc"]})),
    "goes round": plan(
        miniature("tells_what_it_was_asked"),
        *[("call", {"tenant": tenant}) for tenant in ("asha", "juma") for _ in range(2)],
        processes=2,
        tenants=("asha", "juma"),
    ),
    "crashes once": plan(
        miniature("crashes_once"),
        CALL,
        ("call", {"text": "crash"}),
        ("together", [{"text": "one"}, {"text": "two"}]),
        ("pids", {}),
    ),
    "always crashes": plan(miniature("crashes_on_chat"), CALL, CALL, CALL),
    "has no patience": plan(miniature("crashes_on_chat"), CALL, ("call", {"patience_s": 0.05})),
}


@pytest.fixture(scope="module")
def rides() -> dict[str, Ride]:
    """All of these, side by side."""
    return dict(zip(PLANS, drive_all(*PLANS.values()), strict=True))


def test_a_lane_says_what_its_client_said(rides: dict[str, Ride]) -> None:
    """Claims are sorted; each process is told."""
    ride = rides["says"]

    assert ride.hello["name"] == "miniature"
    assert ride.hello["claims"] == ["streaming"]
    assert len(ride.pids) == 2
    assert ride.steps == [{}]


def test_every_process_opens_every_instance_and_calls_go_round(rides: dict[str, Ride]) -> None:
    """A tenant's calls go to each process in turn, always to that tenant's own instance."""
    asked = [json.loads(step["text"]) for step in rides["goes round"].steps]

    assert [[one["op"] for one in lines][:3] for lines in asked] == [["hello", "open", "open"]] * 4
    assert [len(lines) for lines in asked] == [4, 4, 5, 5]
    clients = [lines[-1]["client"].rpartition("-")[2] for lines in asked]
    assert clients == ["asha", "asha", "juma", "juma"]


def test_an_embedding_call_counts_its_vectors(rides: dict[str, Ride]) -> None:
    """One for each sentence."""
    (call,) = rides["embeds"].steps

    assert (call["outcome"], call["vectors"], call["failed_vectors"]) == ("ok", 2, 0)


def test_after_a_crash_the_later_calls_are_served(rides: dict[str, Ride]) -> None:
    """All that were in flight crashed; those after it wait for one fresh process, opened anew."""
    before, crashed, after, pids = rides["crashes once"].steps

    assert before["outcome"] == "ok"
    assert crashed["outcome"] == "crashed"
    assert "ended by SIGKILL" in crashed["detail"]
    assert [call["text"] for call in after] == ["one", "two"]
    assert len(pids) == 1
    assert pids != rides["crashes once"].pids


def test_a_client_that_always_crashes_is_not_restarted_without_a_pause(
    rides: dict[str, Ride],
) -> None:
    """Its calls tell of the crash; the machine is not filled with starts."""
    first, second, third = rides["always crashes"].steps

    assert [one["outcome"] for one in (first, second, third)] == ["crashed"] * 3
    assert third["ended_s"] - first["ended_s"] >= 0.5


def test_a_call_does_not_wait_for_a_process_beyond_its_patience(rides: dict[str, Ride]) -> None:
    """It counts as hung."""
    call = rides["has no patience"].steps[1]

    assert call["outcome"] == "hung"
    assert "not started anew within 0.05 s" in call["detail"]


USELESS = {
    "ends": (miniature("exits_at_once"), "did not say hello: the client's process ended"),
    "prints": (miniature("nonjson_on_hello"), "not JSON"),
    "refuses hello": (miniature("refuses_hello"), "it answered hello with"),
    "refuses its settings": (
        miniature("refuses_its_settings"),
        "did not take its settings: it answered open with config: no key given",
    ),
    "is not found": ("cmd:no-such-thing", "'no-such-thing' was not found"),
    "is no module": ("python:no.such:thing", "did not say hello"),
    "is no factory": ("python:nothing", "must be python:package.module:factory"),
    "is nobody": ("nobody", "unknown client 'nobody'; valid:"),
}


@pytest.fixture(scope="module")
def refusals() -> dict[str, Ride]:
    """What each of them comes to, side by side."""
    plans = [plan(spec, processes=2) for spec, _ in USELESS.values()]
    return dict(zip(USELESS, drive_all(*plans), strict=True))


@pytest.mark.parametrize("name", USELESS)
def test_a_client_that_cannot_serve_is_refused_in_one_line(
    name: str, refusals: dict[str, Ride]
) -> None:
    """Before any traffic, with nothing left running."""
    refused = refusals[name].refused

    assert refused is not None
    assert USELESS[name][1] in refused
    assert "\n" not in refused
    assert refusals[name].stderr == ""


NAMED = ("reference", "pawa-sdk", "pawa-sdk-async")


@pytest.fixture(scope="module")
def named(mock: ThreadedMockServer) -> dict[str, Ride]:
    """JSON, a stream and vectors, with each of the clients that have names."""
    opened = mock.open_sandbox(SandboxSettings(name="named"))
    settings = {"base_url": opened.base_url, "api_key": opened.key, "model": MODEL}
    calls: tuple[Step, ...] = (
        CALL,
        ("call", {"stream": True}),
        ("call", {"sentences": ["a", "b"]}),
        ("telemetry", {}),
    )
    plans = [plan(spec, *calls, settings=settings, processes=2) for spec in NAMED]
    return dict(zip(NAMED, drive_all(*plans), strict=True))


@pytest.mark.parametrize("spec", NAMED)
def test_the_clients_with_names_make_calls(spec: str, named: dict[str, Ride]) -> None:
    """Against a healthy server; the pieces of a stream reach the user before its end."""
    chat, stream, vectors, _ = named[spec].steps

    assert [one["outcome"] for one in (chat, stream, vectors)] == ["ok", "ok", "ok"]
    assert stream["text"] == chat["text"]
    assert stream["sent_s"] < stream["first_s"] < stream["last_s"] <= stream["ended_s"]
    assert vectors["vectors"] == 2


def test_the_numbers_of_all_instances_are_summed(named: dict[str, Ride]) -> None:
    """Over the processes too; lists and names are no numbers."""
    *calls, telemetry = named["reference"].steps

    assert (telemetry["calls"], telemetry["attempts"]) == (3, 3)
    assert telemetry["tokens_out"] == sum(call["tokens_out"] for call in calls)
    assert all(isinstance(number, int | float) for number in telemetry.values())
