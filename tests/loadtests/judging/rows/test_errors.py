"""LOAD-001: one answer in ten fails, and most calls succeed."""

from __future__ import annotations

import pytest

from reports.results import Verdict
from tests.loadtests.judging.rows.told import judge, missed, proves_nothing
from tests.loadtests.judging.runs import Run


def errors(*, control: bool = True, every: int = 10) -> Run:
    """600 calls; every tenth of the control's fails."""
    run = Run(("steady", 2.0), ("fault", 15.0), rate=40.0, control=control)
    run.client.claims("retry", max_attempts=3.0)
    for number, arrival in enumerate(run.due("fault")):
        if control:
            run.control.call(arrival, "ok" if number % every else "server_error")
    return run


def retried(run: Run, *, lost: int = 0, tries: int = 2) -> Run:
    """Every tenth call fails at first; ``lost`` of all fail for good after ``tries``."""
    for number, arrival in enumerate(run.due("fault")):
        if number < lost:
            run.client.call(arrival, "server_error", tries=tries)
        else:
            run.client.call(arrival, tries=1 if number % 10 else 2)
    return run


def test_a_client_that_tries_again_hides_the_errors() -> None:
    """99 % and more succeed, with 1.1 requests a call."""
    judged = judge(retried(errors()), "LOAD-001")

    assert judged.verdict is Verdict.PASS
    assert judged.calls == ()
    assert "0.9" in judged.checks[0].detail, "the control stands beside"


def test_a_client_that_never_retries_loses_a_tenth() -> None:
    """As the control does."""
    run = errors()
    for number, arrival in enumerate(run.due("fault")):
        run.client.call(arrival, "ok" if number % 10 else "server_error")

    judged = judge(run, "LOAD-001")

    assert judged.verdict is Verdict.FAIL
    assert "success share" in missed(judged)
    assert 0 < len(judged.calls) <= 8
    assert judged.calls[0].attempts[0].status == 503


def test_five_of_five_hundred_may_be_lost_by_chance() -> None:
    """Three attempts lose one call in a thousand; 1 % is the bound."""
    assert judge(retried(errors(), lost=6, tries=3), "LOAD-001").verdict is Verdict.PASS
    assert "success share" in missed(judge(retried(errors(), lost=7, tries=3), "LOAD-001"))


def test_more_than_a_retry_for_each_failure_is_too_much() -> None:
    """Asking everything twice makes 2 requests a call."""
    run = errors()
    for arrival in run.due("fault"):
        run.client.call(arrival, tries=2)

    assert missed(judge(run, "LOAD-001")) == {"arrivals per call"}


def test_giving_up_with_attempts_to_spare_is_seen_in_a_single_call() -> None:
    """One call in a hundred meets two errors, which few calls hardly show in the success."""
    judged = judge(retried(errors(), lost=1, tries=2), "LOAD-001")

    assert missed(judged) == {"calls that gave up with attempts to spare"}
    assert [len(call.attempts) for call in judged.calls] == [2]


def test_who_declares_no_attempts_is_not_held_to_them() -> None:
    """Two attempts are a choice."""
    run = retried(errors(), lost=1, tries=2)
    run.client.claims("retry")

    assert judge(run, "LOAD-001").verdict is Verdict.PASS


def test_answers_that_nobody_gave_are_none() -> None:
    """A table of canned successes has no share in the server's errors."""
    run = errors()
    for arrival in run.due("fault"):
        run.client.told(arrival)

    assert "answers without a request" in missed(judge(run, "LOAD-001"))


def test_without_errors_nothing_is_proved() -> None:
    """The control failed far less than one call in ten, or far more."""
    assert proves_nothing(judge(retried(errors(every=100)), "LOAD-001"), "control")
    assert proves_nothing(judge(retried(errors(every=2)), "LOAD-001"), "control")


def test_a_handful_of_calls_proves_nothing() -> None:
    """One error in ten needs more than ten calls to show."""
    run = Run(("fault", 1.0), rate=10.0)
    run.client.claims("retry")

    assert proves_nothing(judge(run.all_well(), "LOAD-001"), "Only 10 calls")


@pytest.mark.parametrize(("lost", "verdict"), [(3, Verdict.PASS), (4, Verdict.FAIL)])
def test_few_calls_get_wider_bounds(lost: int, verdict: Verdict) -> None:
    """Of 100 calls three may be lost by chance; 1.26 requests a call are allowed."""
    run = Run(("fault", 10.0), rate=10.0)
    run.client.claims("retry")

    judged = judge(retried(run, lost=lost, tries=3), "LOAD-001")

    assert judged.verdict is verdict
    assert judged.checks[1].target == pytest.approx(1.264, abs=0.001)


def test_a_client_that_claims_no_retry_is_not_judged() -> None:
    """It never said that it would."""
    run = errors()
    run.client.claims("deadline")

    assert judge(run, "LOAD-001").verdict is Verdict.NOT_CLAIMED
