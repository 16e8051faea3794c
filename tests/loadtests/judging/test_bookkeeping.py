"""Whether the counts close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging import bookkeeping
from reports.results import Verdict
from tests.loadtests.judging.runs import COST_MICRO, Run

if TYPE_CHECKING:
    from loadtests.judging.row import RowJudged


def judged(run: Run) -> RowJudged:
    return bookkeeping.judge(run.case())


def missed(found: RowJudged) -> list[str]:
    return [check.name for check in found.checks if check.verdict is not Verdict.PASS]


def test_counts_that_close_pass_and_are_told() -> None:
    """Those of the control too."""
    found = judged(Run(("steady", 2.0), control=True).all_well())

    assert found.verdict is Verdict.PASS
    assert found.reason == (
        "20 calls: 20 finished, 0 running; 20 requests; 0.005000 units, of which 0.000000 for "
        "answers that nobody got."
    )
    assert "control: journal = ledger" in [check.name for check in found.checks]


def test_a_call_that_nobody_told_of_is_our_own_fault() -> None:
    """Unless a worker or the run was ended: then it is told as lost."""
    run = Run(("steady", 1.0), rate=4.0)
    for arrival in run.due()[:3]:
        run.client.call(arrival)
    found = judged(run)
    run.seen.cut_short, run.seen.cut_at_s = True, 5.0
    cut = judged(run)

    assert found.verdict is Verdict.HARNESS_FAULT
    assert missed(found) == ["scheduled = finished + running"]
    assert cut.verdict is Verdict.PASS
    assert "scheduled = finished + running + 1 lost" in [check.name for check in cut.checks]


def test_a_call_that_still_runs_is_accounted_for() -> None:
    """It is neither lost nor finished."""
    run = Run(("steady", 1.0), rate=2.0)
    run.client.call(run.due()[0])
    run.client.told(run.due()[1], "running")

    assert judged(run).verdict is Verdict.PASS
    assert "1 finished, 1 running" in judged(run).reason


def test_a_call_told_twice_is_our_own_fault() -> None:
    """One of its ends is wrong."""
    run = Run(("steady", 1.0), rate=2.0).all_well()
    run.client.told(run.due()[1])

    assert judged(run).verdict is Verdict.HARNESS_FAULT
    assert missed(judged(run)) == ["calls told twice or never asked for"]


def test_a_client_that_hides_requests_gets_an_advisory_that_names_its_calls() -> None:
    """And they are shown."""
    run = Run(("steady", 1.0), rate=3.0).all_well()
    run.client.attempt(run.due()[1], 0.6, cost_micro=0)
    found = judged(run)

    assert found.verdict is Verdict.ADVISORY
    assert missed(found) == ["attempts: client's count"]
    assert "call 1 differ" in found.reason
    assert [call.token for call in found.calls] == [run.due()[1].token]


def test_a_client_that_counts_money_wrongly_gets_one_too() -> None:
    """To the last micro-unit."""
    run = Run(("steady", 1.0), rate=3.0)
    for arrival in run.due():
        run.client.call(arrival, cost=(COST_MICRO + (arrival.index == 2)) / 1e6)

    assert judged(run).verdict is Verdict.ADVISORY
    assert missed(judged(run)) == ["cost of 3 answers: client's count"]


def test_the_clients_counter_is_held_against_all_requests() -> None:
    """Also those that belong to no call; a failed call may have one that never arrived."""
    run = Run(("steady", 1.0), rate=2.0).all_well()
    run.client.attempt(None, 0.9, cost_micro=0)
    run.client.seen.telemetry = {"attempts": 2.0}
    exact = Run(("steady", 1.0), rate=2.0).all_well()
    exact.client.seen.telemetry = {"attempts": 2.0}

    assert missed(judged(run)) == ["attempts: client's counter"]
    assert judged(exact).verdict is Verdict.PASS


def test_a_ledger_that_differs_from_the_journal_is_our_own_fault() -> None:
    """Both are the mock's."""
    run = Run(("steady", 1.0), rate=2.0).all_well()
    run.client.seen.ledger_micro += 1

    assert judged(run).verdict is Verdict.HARNESS_FAULT
    assert missed(judged(run)) == ["journal = ledger"]


def test_money_for_answers_that_nobody_got_is_named() -> None:
    """It is no mistake in counting."""
    run = Run(("steady", 1.0), rate=1.0)
    run.client.attempt(run.due()[0], 0.5, ending="rst")
    run.client.call(run.due()[0], tries=1)
    object.__setattr__(run.client.seen.calls[0], "attempts", 2)
    found = judged(run)

    assert found.verdict is Verdict.PASS
    assert "0.000250 for answers that nobody got" in found.reason


def test_the_clients_own_sum_is_held_against_the_ledger() -> None:
    """Where it had every answer: what a lost one has cost it could only guess."""
    exact, double, guessing = (Run(("steady", 1.0), rate=2.0).all_well() for _ in range(3))
    exact.client.seen.telemetry = {"spend": 2 * COST_MICRO / 1e6}
    for run in (double, guessing):
        run.client.seen.telemetry = {"spend": 3 * COST_MICRO / 1e6}
    guessing.client.attempt(guessing.due()[0], 0.9, ending="rst")
    object.__setattr__(guessing.client.seen.calls[0], "attempts", 2)

    assert judged(exact).verdict is Verdict.PASS
    assert "spend: client's counter" in [check.name for check in judged(exact).checks]
    assert missed(judged(double)) == ["spend: client's counter"]
    assert judged(guessing).verdict is Verdict.PASS
