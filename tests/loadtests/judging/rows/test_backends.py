"""LOAD-008: one bad server of two."""

from __future__ import annotations

from reports.results import Verdict
from tests.loadtests.judging.rows.told import judge, missed, proves_nothing
from tests.loadtests.judging.runs import Run


def bad_first(*, sick: bool = True) -> Run:
    """Three seconds well, twelve with a first server that fails every second request."""
    run = Run(("steady", 3.0), ("fault", 12.0), rate=20.0, control=True)
    run.client.claims("circuit_breaker", "fallback_provider")
    for arrival in run.due("steady"):
        for lane in run.lanes:
            lane.call(arrival)
    for number, arrival in enumerate(run.due("fault")):
        run.control.call(arrival, "server_error" if sick and number % 2 else "ok")
    return run


def asks_first(run: Run, every: int, *, lost: int = 0) -> Run:
    """Each so-many-th call asks the first server, and half of those fail over to the second."""
    for number, arrival in enumerate(run.due("fault")):
        if number < lost:
            run.client.call(arrival, "server_error")
            continue
        if number % every == 0:
            status = 503 if number // every % 2 else 200
            run.client.attempt(arrival, arrival.at_s, status=status)
            if status == 200:
                run.client.told(arrival)
                continue
        run.client.attempt(arrival, arrival.at_s + 0.1, server="backup")
        run.client.told(arrival, source="fallback_model", degraded=True)
    return run


def test_traffic_that_moves_away_passes() -> None:
    """One request in ten still tries the first server."""
    judged = judge(asks_first(bad_first(), every=10), "LOAD-008")

    assert judged.verdict is Verdict.PASS
    assert "control, which never retries: 0.5" in judged.checks[1].detail


def test_a_client_that_never_learns_fails() -> None:
    """Every call asks the first server first, and all are answered."""
    judged = judge(asks_first(bad_first(), every=1), "LOAD-008")

    assert missed(judged) == {"the first server's share of the requests"}
    assert {attempt.target for attempt in judged.calls[0].attempts} == {"primary", "backup"}


def test_lost_calls_fail() -> None:
    """There was a good server for each of them."""
    assert missed(judge(asks_first(bad_first(), every=10, lost=9), "LOAD-008")) == {
        "success while one server is bad"
    }


def test_a_first_server_that_was_well_proves_nothing() -> None:
    """The control had no trouble."""
    assert proves_nothing(judge(asks_first(bad_first(sick=False), every=1), "LOAD-008"), "not bad")


def test_both_claims_are_needed() -> None:
    """A breaker, and somewhere else to go."""
    run = asks_first(bad_first(), every=10)
    run.client.claims("circuit_breaker")
    alone = judge(run, "LOAD-008")
    run.client.claims("fallback_model")
    other = judge(run, "LOAD-008")

    assert (alone.verdict, other.verdict) == (Verdict.NOT_CLAIMED, Verdict.NOT_CLAIMED)
    assert "fallback_provider or fallback_model" in alone.reason
    assert "circuit_breaker" in other.reason
