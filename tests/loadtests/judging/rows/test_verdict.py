"""How what was found becomes the verdict of a row."""

from __future__ import annotations

from loadtests.judging.rows.verdict import Looked, judged, unjudged
from reports.results import Verdict
from scenarios.checks import at_most
from tests.loadtests.judging.runs import Run

KEPT = at_most("load", 1.0, 2.0)
MISSED = at_most("load", 3.0, 2.0, advice="Ask less")
LATE = at_most("delay", 3.0, 2.9, "s", timing=True)


def test_calls_are_shown_where_something_was_missed() -> None:
    """Not where all is well."""
    case = Run(("steady", 1.0)).all_well().case()
    shown = case.client.calls

    assert judged(case, Looked([KEPT], shown)).calls == ()
    assert len(judged(case, Looked([KEPT, MISSED], shown)).calls) == 8


def test_a_miss_outweighs_what_could_not_be_tested() -> None:
    """The wire has shown it."""
    case = Run().case()

    assert judged(case, Looked([MISSED], not_testable="Nothing.")).verdict is Verdict.FAIL
    assert judged(case, Looked([KEPT], not_testable="Nothing.")).verdict is Verdict.NOT_TESTABLE


def test_lateness_of_the_machine_voids_checks_of_time_alone() -> None:
    """And only as far as it explains them."""
    run = Run()
    run.seen.noise_p99_s = 0.05

    assert judged(run.case(), Looked([LATE])).verdict is Verdict.HARNESS_FAULT
    assert judged(run.case(), Looked([MISSED])).verdict is Verdict.FAIL


def test_a_run_that_was_cut_short_judges_no_row() -> None:
    """What it had not come to yet is not known."""
    run = Run(("steady", 20.0))
    run.seen.cut_short, run.seen.cut_at_s = True, 7.2

    found = unjudged(run.case(), ())

    assert found is not None
    assert found.verdict is Verdict.NOT_TESTABLE
    assert "after 7 s, before its 20 s were over" in found.reason


def test_a_lost_worker_and_lost_records_are_the_harness_s() -> None:
    """Not the client's."""
    run = Run()
    run.seen.workers_lost = ["worker-1"]
    lost = unjudged(run.case(), ())
    run.seen.workers_lost = []
    run.client.seen.attempts_lost = 3
    unnoted = unjudged(run.case(), ())

    assert lost is not None
    assert unnoted is not None
    assert (lost.verdict, unnoted.verdict) == (Verdict.HARNESS_FAULT, Verdict.HARNESS_FAULT)
    assert "3 requests" in unnoted.reason


def test_a_whole_run_is_judged() -> None:
    """There is nothing to say beforehand."""
    assert unjudged(Run().case(), ()) is None
