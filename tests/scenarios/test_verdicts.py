"""The one function from findings to a verdict: every branch, and which outranks which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.results import Verdict
from scenarios.checks import at_most, equal, within
from scenarios.plans import Undelivered
from scenarios.verdicts import SURVIVES, Finding, Judgement, confirmed, verdict_of

GOOD = equal("attempts", 3, 3)
MISSED = equal("attempts", 1, 3, advice="Try again")
SOFT = equal("attempts reported", 2, 3, advice="Count right", miss=Verdict.ADVISORY)
LATE = at_most("reaction", 0.9, 0.25, "s", advice="Be quick", timing=True)
SHORT = (Undelivered("step-1", ("hold",), 1, 0),)
NOISY = {"noise_p99_s": 0.05, "noise_limit_s": 0.02}


def test_all_checks_hold() -> None:
    """The promise was kept."""
    assert verdict_of(Finding(checks=(GOOD, GOOD))) == Judgement(Verdict.PASS, "All 2 checks hold.")


def test_a_missed_check_fails_with_its_advice() -> None:
    """The reason is what the client's author can act on."""
    judgement = verdict_of(Finding(checks=(GOOD, MISSED)))

    assert judgement == Judgement(Verdict.FAIL, "Try again (attempts: 1, wanted 3).")


def test_a_soft_miss_is_an_advisory() -> None:
    """Kept, with something worth mending."""
    judgement = verdict_of(Finding(checks=(GOOD, SOFT)))

    assert judgement.verdict is Verdict.ADVISORY
    assert "Count right" in judgement.reason


def test_a_hard_miss_outranks_a_soft_one() -> None:
    """And the reason speaks of the hard one only."""
    judgement = verdict_of(Finding(checks=(SOFT, MISSED)))

    assert judgement.verdict is Verdict.FAIL
    assert "Count right" not in judgement.reason


def test_a_reason_is_one_sentence() -> None:
    """The first miss is told, the others are counted; the checks hold them all."""
    told = "Try again (attempts: 1, wanted 3)"

    assert verdict_of(Finding(checks=(MISSED,) * 2)).reason == f"{told}; one more check missed."
    assert verdict_of(Finding(checks=(MISSED,) * 5)).reason == f"{told}; 4 more checks missed."


def test_a_fault_that_was_never_delivered_proves_nothing() -> None:
    """Even when every check holds."""
    judgement = verdict_of(Finding(checks=(GOOD,), undelivered=SHORT))

    assert judgement.verdict is Verdict.NOT_TESTABLE
    assert "step-1 (hold) was delivered 0 of 1 times" in judgement.reason


def test_a_missed_check_outranks_an_undelivered_fault() -> None:
    """A client that never calls meets no fault, and fails all the same."""
    assert verdict_of(Finding(checks=(MISSED,), undelivered=SHORT)).verdict is Verdict.FAIL


def test_an_undelivered_fault_outranks_an_advisory() -> None:
    """What is not proved is not half proved."""
    assert verdict_of(Finding(checks=(SOFT,), undelivered=SHORT)).verdict is Verdict.NOT_TESTABLE


def test_a_scenario_that_cannot_arrange_its_test_says_why() -> None:
    """The scenario's own words."""
    judgement = verdict_of(Finding(not_testable="no second target"))

    assert judgement == Judgement(Verdict.NOT_TESTABLE, "no second target")


def test_what_was_seen_before_stands() -> None:
    """A check missed before the scenario gave up is a failure."""
    finding = Finding(checks=(MISSED,), not_testable="no second target")

    assert verdict_of(finding).verdict is Verdict.FAIL


def test_a_harness_error_is_never_the_clients() -> None:
    """Whatever else was found."""
    finding = Finding(
        checks=(MISSED,), unclaimed=("retry",), harness_error="KeyError: 'x'", not_testable="no"
    )
    judgement = verdict_of(finding)

    assert judgement.verdict is Verdict.HARNESS_FAULT
    assert "KeyError: 'x'" in judgement.reason


def test_a_missing_claim_is_not_judged() -> None:
    """The reason names the claims."""
    judgement = verdict_of(Finding(unclaimed=("cache", "retry")))

    assert judgement == Judgement(Verdict.NOT_CLAIMED, "The client does not claim cache, retry.")


def test_a_scenario_without_checks_is_a_fault_of_the_harness() -> None:
    """Nothing checked is nothing passed."""
    assert verdict_of(Finding()).verdict is Verdict.HARNESS_FAULT


def test_noise_excuses_a_miss_of_timing() -> None:
    """On a machine that was late itself."""
    judgement = verdict_of(Finding(checks=(GOOD, LATE), **NOISY))

    assert judgement.verdict is Verdict.HARNESS_FAULT
    assert "50 ms late at p99, 20 ms allowed" in judgement.reason


def test_a_quiet_machine_excuses_nothing() -> None:
    """The same miss is the client's."""
    finding = Finding(checks=(GOOD, LATE), noise_p99_s=0.01, noise_limit_s=0.02)

    assert verdict_of(finding).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("noise_max_s", "verdict"), [(0.1, Verdict.HARNESS_FAULT), (0.06, Verdict.FAIL)]
)
def test_noise_excuses_what_it_can_explain(noise_max_s: float, verdict: Verdict) -> None:
    """0.65 s too late is ten times 0.065 s: a longest lateness below that does not explain it."""
    finding = Finding(checks=(LATE,), noise_max_s=noise_max_s, **NOISY)

    assert verdict_of(finding).verdict is verdict


def test_a_miss_on_either_side_of_a_span_is_measured_from_the_nearer_bound() -> None:
    """Noise explains what lies just beyond one of the two."""
    late = within("closed after", 1.4, 0.75, 1.25, "s", timing=True)

    judgement = verdict_of(Finding(checks=(late,), noise_max_s=0.02, **NOISY))

    assert judgement.verdict is Verdict.HARNESS_FAULT


def test_noise_excuses_no_miss_that_is_not_of_timing() -> None:
    """One attempt instead of three has nothing to do with the machine."""
    assert verdict_of(Finding(checks=(LATE, MISSED), **NOISY)).verdict is Verdict.FAIL


def test_noise_alone_changes_no_verdict() -> None:
    """A row that holds on a noisy machine holds."""
    assert verdict_of(Finding(checks=(GOOD,), **NOISY)).verdict is Verdict.PASS


FAILED = Judgement(Verdict.FAIL, "It failed.")


def test_chance_fails_a_row_only_twice_in_a_row() -> None:
    """And says that it was confirmed."""
    judgement = confirmed(FAILED, Judgement(Verdict.FAIL, "Again."))

    assert judgement == Judgement(Verdict.FAIL, "Again. (Confirmed by a second run.)")


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.ADVISORY, Verdict.HARNESS_FAULT])
def test_a_second_run_that_does_not_fail_stands(verdict: Verdict) -> None:
    """And tells of the first."""
    judgement = confirmed(FAILED, Judgement(verdict, "All hold."))

    assert judgement.verdict is verdict
    assert judgement.reason == "All hold. (A first run failed, and this one did not: It failed.)"


def test_a_crash_is_told_first() -> None:
    """It is what made the other checks miss."""
    crash = replace(MISSED, name=SURVIVES, detail="Never crash.")

    judgement = verdict_of(Finding(checks=(MISSED, crash)))

    assert judgement.reason == "Never crash; one more check missed."
