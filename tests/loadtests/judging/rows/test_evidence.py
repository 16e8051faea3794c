"""A few calls of a run as the report's records."""

from __future__ import annotations

import pytest

from loadtests.judging.rows.evidence import MOST_ATTEMPTS, MOST_EXAMPLES, examples, over_s
from tests.loadtests.judging.exchanges import exchange
from tests.loadtests.judging.runs import Run


def test_a_call_is_shown_with_its_attempts_and_the_pauses_between() -> None:
    """All moments are those of the run."""
    run = Run(("steady", 1.0), rate=1.0)
    run.client.call(run.due()[0], "timeout", tries=3, took_s=0.6, detail="too slow")

    (shown,) = examples(run.case().client.calls)

    assert shown.label == "call 0 of everyone, due at 0.50 s"
    assert (shown.start_s, shown.end_s, shown.outcome) == (0.5, 1.1, "timeout")
    assert [one.number for one in shown.attempts] == [1, 2, 3]
    assert [one.gap_s for one in shown.attempts] == [None, pytest.approx(0.1), pytest.approx(0.1)]
    assert [event.kind for event in shown.events] == ["started", "timeout"]
    assert shown.events[-1].detail == "too slow"


def test_a_call_that_nobody_told_of_is_shown_as_such() -> None:
    """It has a beginning and no end."""
    (shown,) = examples(Run(("steady", 1.0), rate=1.0).case().client.calls)

    assert (shown.outcome, shown.end_s, shown.attempts) == ("untold", None, ())


def test_eight_calls_are_shown_those_first_whose_wire_was_kept() -> None:
    """In the order of time, each once."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.due():
        kept = exchange() if arrival.index >= 15 else None
        run.client.call(arrival, attempt={"exchange": kept})
    calls = run.case().client.calls

    shown = examples([*calls, *calls])

    assert len(shown) == MOST_EXAMPLES
    assert [one.token for one in shown[-5:]] == [one.arrival.token for one in calls[15:]]
    assert shown[-1].attempts[0].request_excerpt.startswith("POST /v1/chat/request")
    assert shown[0].attempts[0].request_excerpt == ""


def test_a_storm_of_attempts_is_bounded() -> None:
    """The first twenty."""
    run = Run(("steady", 1.0), rate=1.0)
    run.client.call(run.due()[0], tries=50)

    assert len(examples(run.case().client.calls)[0].attempts) == MOST_ATTEMPTS


def test_an_attempt_without_an_answer_is_over_when_it_ended() -> None:
    """Nothing was sent, so nothing else tells."""
    run = Run()
    answered = run.client.attempt(None, 1.0, took_s=0.2)
    silent = run.client.attempt(None, 1.0, last_out_s=None, ended_s=4.0)

    assert over_s(answered) == pytest.approx(1.2)
    assert over_s(silent) == 4.0
