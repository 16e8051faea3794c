"""LOAD-002, LOAD-003 and LOAD-012: an outage, and the first seconds after it."""

from __future__ import annotations

from typing import Any

import pytest

from reports.results import Verdict
from tests.loadtests.judging.rows.told import advised, judge, missed, proves_nothing
from tests.loadtests.judging.runs import Run

RATE = 20.0
RECOVERY_S = 8.0


def outage(*, control: bool = True, down: bool = True, **traffic: Any) -> Run:
    """Two seconds well, six gone, twelve back; the client is well before and after."""
    run = Run(
        ("steady", 2.0), ("fault", 6.0), ("recovery", 12.0), rate=RATE, control=control, **traffic
    )
    for arrival in run.due("steady", "recovery"):
        for lane in run.lanes:
            lane.call(arrival)
    for arrival in run.due("fault"):
        if control:
            run.control.call(arrival, "server_error" if down else "ok")
    return run


def fails(run: Run, tries: int = 1) -> Run:
    """Every call of the outage fails after so many attempts."""
    for arrival in run.due("fault"):
        run.client.call(arrival, "server_error", tries=tries)
    return run


def test_a_client_that_holds_back_passes() -> None:
    """One request a call, late in the outage."""
    judged = judge(fails(outage()), "LOAD-002")

    assert judged.verdict is Verdict.PASS
    assert judged.checks[0].measured == pytest.approx(1.0, abs=0.06)
    assert "control" in judged.checks[0].detail


@pytest.mark.parametrize("tries", [2, 3])
def test_amplification_fails_though_every_call_keeps_to_its_attempts(tries: int) -> None:
    """More than 1.5 requests a call, and no more than max_attempts."""
    judged = judge(fails(outage(), tries), "LOAD-002")

    assert missed(judged) == {"arrivals per call late in the outage"}
    assert len(judged.calls) == 8
    assert {len(call.attempts) for call in judged.calls} == {tries}


def test_more_attempts_than_allowed_fail_twice() -> None:
    """Six, where the client declares three."""
    run = fails(outage(), 6)
    run.client.claims("retry", max_attempts=3)

    assert missed(judge(run, "LOAD-002")) == {
        "arrivals per call late in the outage",
        "arrivals per call late in the outage, against max_attempts",
    }


@pytest.mark.parametrize("row", ["LOAD-002", "LOAD-003"])
def test_silence_is_no_way_to_pass(row: str) -> None:
    """A client that never asks fails its calls of the time before."""
    run = outage()
    run.client.seen.calls.clear()
    run.client.seen.attempts.clear()
    for arrival in run.due():
        run.client.told(arrival, "server_error")

    assert "control: success before the fault" in missed(judge(run, row))


@pytest.mark.parametrize("row", ["LOAD-002", "LOAD-003", "LOAD-012"])
def test_no_outage_proves_nothing(row: str) -> None:
    """The control got its answers; without a control the wire shows that the server was well."""
    run = outage(down=False)
    run.client.claims("deadline")
    assert proves_nothing(judge(fails(run), row), "no outage")

    alone = outage(control=False)
    alone.client.claims("deadline")
    for arrival in alone.due("fault"):
        alone.client.call(arrival)
    assert proves_nothing(judge(alone, row), "no outage")


def test_an_outage_shows_without_a_control_too() -> None:
    """On the wire."""
    assert judge(fails(outage(control=False)), "LOAD-002").verdict is Verdict.PASS


def test_a_profile_without_an_outage_proves_nothing() -> None:
    """There is no phase to look at."""
    assert proves_nothing(judge(Run(("steady", 5.0)).all_well(), "LOAD-002"), "role fault")


def test_recovery_without_a_peak_passes() -> None:
    """Arrivals go on as before, and goodput is back."""
    judged = judge(fails(outage()), "LOAD-003")

    assert judged.verdict is Verdict.PASS
    assert judged.checks[0].measured == pytest.approx(1.0, abs=0.06)
    assert judged.checks[0].target == pytest.approx(6.0), "as many times as the outage had seconds"


def backlog(run: Run, share: float) -> Run:
    """That share of the outage's calls comes back in the first second after it."""
    fails(run)
    due = run.due("fault")
    for arrival in due[: round(share * len(due))]:
        run.client.attempt(arrival, RECOVERY_S + 0.3)
    return run


def test_a_peak_above_three_times_is_an_advisory() -> None:
    """Half of the backlog at once: four times the usual."""
    judged = judge(backlog(outage(), 0.5), "LOAD-003")

    assert judged.verdict is Verdict.ADVISORY
    assert advised(judged) == {"modest peak after the recovery"}


def test_the_whole_backlog_at_once_fails() -> None:
    """Seven times the usual, of an outage of six seconds."""
    judged = judge(backlog(outage(), 1.0), "LOAD-003")

    assert missed(judged) == {"peak after the recovery"}
    assert judged.calls[0].attempts[-1].start_s == pytest.approx(8.3)


def test_goodput_that_stays_away_fails() -> None:
    """Ten seconds after the recovery most calls still fail."""
    run = Run(("steady", 2.0), ("fault", 6.0), ("recovery", 12.0), rate=RATE)
    for arrival in run.due("steady"):
        run.client.call(arrival)
    for arrival in run.due("recovery"):
        run.client.call(arrival, "circuit_open", tries=0)

    judged = judge(fails(run), "LOAD-003")

    assert missed(judged) == {"goodput later than 10 s after the recovery"}


def test_a_longer_declared_cap_gives_more_time() -> None:
    """With a cap of 20 s nothing is left to read of 12 s of recovery."""
    run = fails(outage())
    run.client.claims("retry", backoff_cap_s=20.0)

    assert proves_nothing(judge(run, "LOAD-003"), "later than 20 s")


def test_the_recovery_begins_when_the_server_entered_it() -> None:
    """A fifth of a second late, as the world tells."""
    run = fails(outage())
    run.seen.phase_starts_s = (0.0, 2.0, 8.2)
    for number in range(200):
        run.client.attempt(None, 8.05 + number / 2000, status=503)

    assert judge(run, "LOAD-003").verdict is Verdict.PASS


def expired(**claims: float) -> Run:
    """An outage of six seconds, and deadlines of three."""
    run = outage(deadline_s=3.0)
    run.client.claims("deadline", **claims)
    return fails(run)


def test_dropped_work_passes() -> None:
    """No request for a call whose deadline has passed; how many calls that is about is said."""
    judged = judge(expired(), "LOAD-012")

    assert judged.verdict is Verdict.PASS
    assert "None of 55 calls" in judged.checks[0].detail


def test_a_request_for_an_expired_call_fails() -> None:
    """One is enough; a call that still has time may go on."""
    run = expired()
    first, *_, last = run.due("fault")
    run.client.attempt(first, RECOVERY_S + 1.0)
    run.client.attempt(last, RECOVERY_S + 1.0)

    judged = judge(run, "LOAD-012")

    assert missed(judged) == {"arrivals of expired calls after the recovery"}
    assert [call.token for call in judged.calls] == [first.token]
    assert "4.0 s after its deadline" in judged.reason


def test_what_a_client_needs_to_notice_is_allowed() -> None:
    """A quarter of a second beyond the deadline."""
    run = expired()
    last = run.due("fault")[-1]
    run.client.attempt(last, last.at_s + 3.2)

    assert judge(run, "LOAD-012").verdict is Verdict.PASS


def test_deadlines_beyond_the_outage_prove_nothing() -> None:
    """No call expires in it."""
    run = outage(deadline_s=30.0)
    run.client.claims("deadline")

    assert proves_nothing(judge(fails(run), "LOAD-012"), "expired during the outage")


def test_deadlines_are_asked_of_those_who_have_them() -> None:
    """Others are not judged."""
    assert judge(fails(outage(deadline_s=3.0)), "LOAD-012").verdict is Verdict.NOT_CLAIMED
