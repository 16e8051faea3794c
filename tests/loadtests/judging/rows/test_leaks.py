"""LOAD-009: what a long run with faults leaves behind."""

from __future__ import annotations

import pytest

from reports.results import Verdict
from tests.loadtests.judging.rows.told import judge, missed, proves_nothing
from tests.loadtests.judging.runs import Run

CALLS = 360


def soak(
    *, faulty: int = 5, files: float = 0.0, mb: float = 0.0, left: int = 5, samples: bool = True
) -> Run:
    """Eighteen seconds; each call leaves so many files and megabytes behind."""
    run = Run(("fault", 18.0), rate=20.0)
    for number, arrival in enumerate(run.due("fault")):
        run.client.call(arrival, tries=1 if number % faulty else 2)
        if samples and number % 4 == 0:
            open_files = round(10 + files * number)
            run.client.process(arrival.at_s, rss_mb=50 + mb * number, open_files=open_files)
    run.client.seen.open_connections = left
    return run


def test_a_client_that_leaves_nothing_behind_passes() -> None:
    """Nothing grows."""
    judged = judge(soak(), "LOAD-009")

    assert judged.verdict is Verdict.PASS
    assert [check.name for check in judged.checks] == [
        "connections open at the end",
        "growth of open files",
        "slope of memory",
    ]


def test_a_file_for_each_call_fails() -> None:
    """Three quarters of all calls lie between the first quarter and the last."""
    judged = judge(soak(files=1.0), "LOAD-009")

    assert missed(judged) == {"growth of open files"}
    assert judged.checks[1].measured == pytest.approx(0.75 * CALLS, abs=4)


def test_memory_of_each_call_fails() -> None:
    """Fifty kilobytes a call; the step that is always allowed is said."""
    judged = judge(soak(mb=0.05), "LOAD-009")

    assert missed(judged) == {"slope of memory"}
    assert judged.checks[2].measured == pytest.approx(50.0, rel=0.02)
    assert "over the 180 calls of the last half" in judged.reason


def test_a_step_of_memory_is_no_leak_in_few_calls() -> None:
    """20 KB a call are 4 MB in the last half."""
    assert judge(soak(mb=0.02), "LOAD-009").verdict is Verdict.PASS


def test_connections_beyond_what_was_in_use_fail() -> None:
    """Ten are always allowed."""
    assert judge(soak(left=10), "LOAD-009").verdict is Verdict.PASS
    assert missed(judge(soak(left=11), "LOAD-009")) == {"connections open at the end"}


def test_without_faults_nothing_is_proved() -> None:
    """Leaks hide where calls fail."""
    assert proves_nothing(judge(soak(faulty=50), "LOAD-009"), "went wrong")


def test_an_application_elsewhere_is_judged_by_its_connections() -> None:
    """Its processes cannot be seen."""
    judged = judge(soak(samples=False), "LOAD-009")

    assert judged.verdict is Verdict.PASS
    assert len(judged.checks) == 1
