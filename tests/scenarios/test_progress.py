"""Live progress: lines for a log, JSON for a program."""

from __future__ import annotations

import io
import json

from rich.console import Console

from reports.terminal import console_for
from scenarios.catalogue.rows import load_rows
from scenarios.clients.protocol import Manifest
from scenarios.engine import Judged
from scenarios.progress import JsonProgress, LiveProgress
from scenarios.registry import discover
from scenarios.verdicts import Finding, verdict_of


def judged(row_id: str) -> Judged:
    return Judged(
        row=load_rows()[row_id],
        scenario=discover().scenario_of("RETRY-001"),
        judgement=verdict_of(Finding(unclaimed=("retry",))),
        checks=(),
        trial=None,
    )


def test_a_log_gets_one_line_a_row_and_no_control_sign() -> None:
    """Which client, then each verdict as it is reached."""
    stream = io.StringIO()
    with LiveProgress(console_for(stream), 2) as progress:
        progress.run_started(Manifest("pawa-sdk", "0.2.1"))
        progress.row_started(load_rows()["RETRY-001"])
        progress.row_judged(judged("RETRY-001"))

    assert stream.getvalue().splitlines() == [
        "judging pawa-sdk 0.2.1",
        "— not claimed   RETRY-001     0.0 s",
    ]


def test_a_terminal_gets_a_bar_with_what_still_runs() -> None:
    """Four rows by name, the others counted."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=120)
    with LiveProgress(console, 9) as progress:
        for number in ("001", "002", "004", "005", "010"):
            progress.row_started(load_rows()[f"RETRY-{number}"])
        progress.row_judged(judged("RETRY-001"))

    assert "1/9" in stream.getvalue()
    assert "RETRY-002, RETRY-004, RETRY-005, RETRY-010" in stream.getvalue()


def test_a_program_gets_one_object_a_line() -> None:
    """Started, each verdict, the end."""
    stream = io.StringIO()
    with JsonProgress(stream, 2) as progress:
        progress.run_started(Manifest("pawa-sdk"))
        progress.row_started(load_rows()["RETRY-001"])
        progress.row_judged(judged("RETRY-001"))

    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"event": "started", "client": "pawa-sdk", "rows": 2},
        {"event": "judged", "row": "RETRY-001", "verdict": "not_claimed", "duration_s": 0.0},
    ]
