"""Whether the first text that users saw is the first that was sent."""

from __future__ import annotations

import pytest

from loadtests.judging import first_token
from reports.results import Verdict
from tests.loadtests.judging.runs import Run


def streams(gap_ms: float, *, slow_share: float = 1.0) -> Run:
    """Streams whose first text is seen so long after it was sent, that share of them."""
    run = Run(("steady", 2.0), rate=50.0, mix={"stream": 1.0})
    for arrival in run.due():
        gap_s = gap_ms / 1000 if arrival.index < slow_share * 100 else 0.001
        run.client.call(
            arrival,
            first_s=arrival.at_s + 0.05 + gap_s,
            attempt={"first_text_s": arrival.at_s + 0.05},
        )
    return run


def test_text_that_is_passed_on_as_it_comes_passes() -> None:
    """Within 5 ms at p95; a few may take longer."""
    judged = first_token.judge(streams(2.0).case())

    assert judged.verdict is Verdict.PASS
    assert first_token.judge(streams(80.0, slow_share=0.04).case()).verdict is Verdict.PASS


def test_text_that_is_held_back_is_an_advisory_with_its_calls() -> None:
    """A slow client cannot be told from a slow harness."""
    judged = first_token.judge(streams(30.0).case())

    assert judged.verdict is Verdict.ADVISORY
    assert "30" in judged.reason
    assert judged.calls


def test_text_that_was_seen_before_it_was_sent_is_no_client() -> None:
    """Two clocks disagree."""
    assert first_token.judge(streams(-20.0).case()).verdict is Verdict.HARNESS_FAULT


def test_the_request_is_the_one_that_the_client_names() -> None:
    """Else the last one of the call."""
    run = Run(("steady", 1.0), rate=2.0, mix={"stream": 1.0})
    named, unnamed = run.due()
    first = run.client.attempt(named, 0.3)
    run.client.attempt(named, 0.4)
    run.client.told(named, request_id=first.request_id)
    run.client.attempt(unnamed, 0.8)
    last = run.client.attempt(unnamed, 0.9)
    run.client.told(unnamed)
    answers = [first_token.answer_of(call) for call in run.lane_case().calls]

    assert answers == [first, last]


def test_only_live_streams_are_looked_at() -> None:
    """A cached one was sent earlier, a failed one had no text."""
    run = Run(("steady", 1.0), rate=3.0, mix={"stream": 1.0})
    live, cached, failed = run.due()
    run.client.call(live)
    run.client.told(cached, source="cache")
    run.client.call(failed, "timeout")

    assert [call.arrival for _, call in first_token.gaps_ms(run.lane_case())] == [live]
    assert first_token.gaps_ms(run.lane_case())[0][0] == pytest.approx(0.0, abs=1e-6)


def test_without_streams_there_is_nothing_to_judge() -> None:
    """In the profile, or in what was answered."""
    unanswered = Run(("steady", 1.0), mix={"stream": 1.0})

    assert not first_token.has_streams(Run().case())
    assert first_token.has_streams(unanswered.case())
    assert first_token.judge(unanswered.case()).verdict is Verdict.NOT_TESTABLE
