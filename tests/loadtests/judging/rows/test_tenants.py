"""LOAD-010: whether one tenant's storm reaches another in the same client."""

from __future__ import annotations

import pytest

from loadtests.judging.rows.tenants import p95_s
from reports.results import Verdict
from tests.loadtests.judging.rows.told import judge, missed, proves_nothing
from tests.loadtests.judging.runs import LaneRun, Run

STORM = {"traffic": {"tenants": {"quiet": 5.0, "storm": 25.0}}}


def storm(
    *, quiet_s: float = 0.1, lost: bool = False, control_s: float = 0.1, refused: str = "storm"
) -> Run:
    """Eight seconds calm, then nine in which ``refused`` gets 429 and the other waits so long."""
    run = Run(
        ("steady", 8.0),
        ("fault", 9.0, STORM),
        control=True,
        tenants={"quiet": 5.0, "storm": 5.0},
    )
    for arrival in run.due("steady"):
        for lane in run.lanes:
            lane.call(arrival)
    stormed(run, run.client, quiet_s, refused, lost=lost)
    stormed(run, run.control, control_s, refused)
    return run


def stormed(run: Run, lane: LaneRun, quiet_s: float, refused: str, *, lost: bool = False) -> None:
    for number, arrival in enumerate(run.due("fault")):
        if refused in (arrival.tenant, "both"):
            lane.call(arrival, "rate_limited", status=429)
        elif lost and number < 20:
            lane.call(arrival, "rate_limited", status=200)
        else:
            lane.call(arrival, took_s=quiet_s)


def test_a_quiet_tenant_that_notices_nothing_passes() -> None:
    """Its p95 is what it was."""
    judged = judge(storm(quiet_s=0.19), "LOAD-010")

    assert judged.verdict is Verdict.PASS
    assert judged.checks[1].target == pytest.approx(0.2)


def test_a_quiet_tenant_that_waits_fails() -> None:
    """More than twice as long, and 100 ms more at least."""
    judged = judge(storm(quiet_s=0.5), "LOAD-010")

    assert missed(judged) == {"quiet tenant: delay at p95 in the storm"}
    assert "quiet" in judged.calls[0].label


def test_a_quiet_tenant_that_loses_calls_fails() -> None:
    """One is enough."""
    judged = judge(storm(lost=True), "LOAD-010")

    assert missed(judged) == {"quiet tenant: calls without an answer"}
    assert {call.outcome for call in judged.calls} == {"rate_limited"}


def test_a_control_that_waits_too_proves_nothing() -> None:
    """Then it is the machine, or the server."""
    assert proves_nothing(judge(storm(quiet_s=0.5, control_s=0.5), "LOAD-010"), "machine")


@pytest.mark.parametrize("refused", ["nobody", "both"])
def test_without_a_storm_of_one_nothing_is_proved(refused: str) -> None:
    """All were refused, or none."""
    assert proves_nothing(judge(storm(refused=refused), "LOAD-010"), "of 2 tenants")


def test_a_busy_machine_is_no_failure_of_the_client() -> None:
    """Delays that its own lateness explains."""
    run = storm(quiet_s=0.3)
    run.seen.noise_p99_s = 0.05

    assert judge(run, "LOAD-010").verdict is Verdict.HARNESS_FAULT


def test_a_call_that_never_ends_is_slower_than_all_others() -> None:
    """It is not left out of the percentile."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.due()[:15]:
        run.client.call(arrival)

    assert p95_s(run.case().client.calls) == float("inf")
    assert p95_s([]) is None
