"""Live progress: a table on a terminal, lines elsewhere, JSON Lines for programs."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from loadtests.plan import CLIENT, CONTROL, Plan
from loadtests.profile_file import profile_of
from loadtests.progress import JsonProgress, LiveProgress, errors_text
from loadtests.request import LoadRequest
from loadtests.world.watching import LaneSnapshot, Snapshot
from reports.results import Verdict
from tests.reports.makers import make_results, make_row

if TYPE_CHECKING:
    from loadtests.progress import Progress

PROFILE = profile_of(
    {
        "name": "outage",
        "note": "",
        "traffic": {"arrivals": "constant", "rate_per_s": 10.0},
        "phases": [
            {"name": "well", "length_s": 10.0},
            {"name": "gone", "role": "fault", "length_s": 10.0, "note": "everything is 503"},
        ],
    },
    "p",
)
REQUEST = LoadRequest(PROFILE, "cmd:./ours [x]", seed=3)
PLAN = Plan(PROFILE, quick=False, seed=3, lanes=(), events="", patience_s=1.0, drain_s=1.0)
ILL = LaneSnapshot(10.0, 25.0, 2.0, {"timeout": 1, "http_503": 9}, 1.5, queue=3, running=14)
CALM = LaneSnapshot(10.0, 10.0, 10.0, {}, None, queue=0, running=1)


def live(progress: Progress, *moments: float) -> None:
    """A run as the world tells it."""
    spans = PLAN.schedule().spans
    with progress:
        progress.started(REQUEST, PLAN)
        progress.phase(spans[0])
        for at_s in moments:
            progress.tick(Snapshot(at_s, "well", {CLIENT: ILL, CONTROL: CALM}))
        progress.phase(spans[1])
        progress.told("a worker is gone")
        progress.ended(make_results(make_row(id="LOAD-002", verdict=Verdict.FAIL)), 1)


@pytest.fixture
def log() -> io.StringIO:
    """Where it is written."""
    return io.StringIO()


def test_a_log_has_a_line_for_each_phase_and_now_and_then_one_for_each_lane(
    log: io.StringIO,
) -> None:
    """Not one for each half second."""
    live(LiveProgress(Console(file=log, width=200)), 0.5, 4.5, 5.0, 5.5, 9.9)

    begun, well, client, control, gone, told = log.getvalue().splitlines()
    assert begun.startswith("outage: 200 calls in 20.0 s through cmd:./ours [x], beside one")
    assert begun.endswith("(seed 3)")
    assert (well, gone) == ("   0.0 s  well", "  10.0 s  gone: everything is 503")
    assert client == (
        "   5.0 s  well, client: 10.0 offered, 25.0 requests, 2.0 answered a second; p95 1.50 s, "
        "queue 3, running 14; http_503 9, timeout 1"
    )
    assert control.endswith("10.0 answered a second; p95 none, queue 0, running 1")
    assert told == "a worker is gone"


def test_a_terminal_shows_where_the_run_stands(log: io.StringIO) -> None:
    """The phase with what is left of it, and each lane in a line; phases stay above."""
    live(LiveProgress(Console(file=log, width=120, force_terminal=True)), 4.5)

    shown = log.getvalue()
    assert "well, 6 s left" in shown
    assert "http_503 9, timeout 1" in shown
    assert "gone: everything is 503" in shown


def test_a_client_cannot_write_on_the_terminal(log: io.StringIO) -> None:
    """Its words are shown, never obeyed."""
    progress = LiveProgress(Console(file=log, force_terminal=True, color_system=None))
    progress.told("\x1b[2J[bold]x")

    assert "\x1b[2J" not in log.getvalue()
    assert "[bold]x" in log.getvalue()


def test_programs_get_a_json_object_a_line(log: io.StringIO) -> None:
    """Everything that was told, and each verdict at the end."""
    live(JsonProgress(log), 0.5)

    told = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [one["event"] for one in told] == [
        *("started", "phase", "tick", "phase", "told", "judged", "ended"),
    ]
    assert told[0] == {
        "event": "started",
        "profile": "outage",
        "client": "cmd:./ours [x]",
        "seed": 3,
        "length_s": 20.0,
        "calls": 200,
    }
    assert told[2]["lanes"]["client"]["errors"] == {"timeout": 1, "http_503": 9}
    assert told[5] == {"event": "judged", "row": "LOAD-002", "verdict": "fail"}
    assert told[6]["exit_code"] == 1


def test_the_most_frequent_errors_are_named() -> None:
    """Four kinds; the others are counted."""
    errors = {"a": 1, "b": 5, "c": 2, "d": 2, "e": 1, "f": 1}

    assert errors_text(errors) == "b 5, c 2, d 2, a 1, 2 more kinds"
    assert errors_text({}) == ""
