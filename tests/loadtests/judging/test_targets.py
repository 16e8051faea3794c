"""Bounds on figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loadtests.judging.targets import judge_targets
from loadtests.profile import Target
from reports.results import Verdict
from tests.loadtests.judging.runs import Run

if TYPE_CHECKING:
    from loadtests.judging.row import Promise, RowJudged


def aimed(figure: str, **bounds: Any) -> dict[str, Any]:
    """A profile with one target."""
    return {"targets": {figure: bounds}}


def half_answered(target: dict[str, Any], **traffic: Any) -> Run:
    """The client has an answer to half of its calls, the control to a fifth."""
    run = Run(("steady", 2.0), control=True, profile=target, **traffic)
    for arrival in run.due():
        run.client.call(arrival, "ok" if arrival.index % 2 else "timeout")
        run.control.call(arrival, "timeout" if arrival.index % 5 else "ok")
    return run


def only(run: Run, own: dict[str, Target] | None = None) -> tuple[Promise, RowJudged]:
    ((promise, judged),) = judge_targets(run.case(), own or {})
    return promise, judged


def test_a_target_that_is_met_passes_with_the_control_beside_it() -> None:
    """And its row has the figure's name."""
    promise, judged = only(half_answered(aimed("success_share", at_least=0.4)))

    assert (promise.id, promise.severity) == ("TARGET-success_share", "should")
    assert promise.right == "Success share: at least 0.4."
    assert judged.verdict is Verdict.PASS
    assert judged.reason == (
        "Success share: 0.5, wanted at least 0.4; the control, which never retries: 0.2."
    )
    assert "at 99 % confidence" in judged.checks[0].detail


def test_a_target_that_is_missed_fails_and_says_why_it_is_there() -> None:
    """With what went wrong, and the control."""
    target = aimed("success_share", at_least=0.99, why="Users leave.")
    _, judged = only(half_answered(target))

    assert judged.verdict is Verdict.FAIL
    assert judged.reason == (
        "Users leave; 10 timeout; the control, which never retries: 0.2 (Success share: 0.5, "
        "wanted 0.99)."
    )


def test_a_persons_own_target_binds_and_outranks_the_profiles() -> None:
    """Only such a target turns the exit code."""
    run = half_answered(aimed("success_share", at_least=0.99))
    promise, judged = only(run, {"success_share": Target(at_least=0.3)})

    assert (promise.severity, judged.verdict) == ("must*", Verdict.PASS)


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({"at_most": 0.2}, Verdict.PASS),
        ({"at_most": 0.05}, Verdict.FAIL),
        ({"at_least": 0.05, "at_most": 0.2}, Verdict.PASS),
        ({"at_least": 0.15, "at_most": 0.2}, Verdict.FAIL),
    ],
)
def test_bounds_hold_from_either_side(bounds: dict[str, float], verdict: Verdict) -> None:
    """A ceiling, a floor, or both."""
    run = Run(("steady", 1.0), profile=aimed("delay_p95_s", **bounds)).all_well()

    assert only(run)[1].verdict is verdict


def test_what_never_came_to_be_misses_its_ceiling() -> None:
    """A service that never recovered took longer than any bound."""
    run = Run(("fault", 1.0), ("recovery", 5.0), profile=aimed("time_to_recover_s", at_most=1000.0))
    for arrival in run.due():
        run.client.call(arrival, "timeout")
    _, judged = only(run)

    assert judged.verdict is Verdict.FAIL
    assert judged.reason.startswith("never: 0 of 50 calls in 5 s had an answer")


def test_what_the_client_does_not_claim_is_not_judged() -> None:
    """A cache that it has not cannot miss its hits."""
    target = aimed("cache_hit_share", at_least=0.5)
    run, claiming = (half_answered(target, repeats={"prompts": 3}) for _ in range(2))
    claiming.client.claims("cache")

    assert only(run)[1].verdict is Verdict.NOT_CLAIMED
    assert only(run)[1].reason == "The client does not claim cache."
    assert only(claiming)[1].verdict is Verdict.FAIL


def test_a_client_without_streams_has_no_first_token_to_be_late_with() -> None:
    """It says so in its claims; one that claims streams, or nothing at all, showed none."""
    target = aimed("first_token_p95_s", at_most=1.0)
    without, with_streams = Run(profile=target).all_well(), Run(profile=target).all_well()
    without.client.claims("retry")
    with_streams.client.claims("streaming")

    assert only(without)[1].verdict is Verdict.NOT_CLAIMED
    assert only(with_streams)[1].verdict is Verdict.NOT_TESTABLE
    assert only(Run(profile=target).all_well())[1].verdict is Verdict.NOT_TESTABLE


def test_a_run_that_was_cut_short_proves_no_target() -> None:
    """The figure so far is told all the same."""
    run = half_answered(aimed("success_share", at_least=0.4))
    run.seen.cut_short, run.seen.cut_at_s = True, 1.5
    _, judged = only(run)

    assert judged.verdict is Verdict.NOT_TESTABLE
    assert "until then success share was" in judged.reason
    assert len(judged.checks) == 1
