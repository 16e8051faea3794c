"""A run as judgement sees it: each call beside its attempts, each moment beside what arrived."""

from __future__ import annotations

import pytest

from loadtests.judging.case import share
from tests.loadtests.judging.runs import Run


def test_every_scheduled_call_is_there_whatever_became_of_it() -> None:
    """Also the one that nobody told of."""
    run = Run(("steady", 1.0), rate=3.0)
    first, second, _ = run.schedule.arrivals
    run.client.call(first)
    run.client.call(second, "timeout", tries=2)

    calls = run.case().client.calls

    assert [call.outcome for call in calls] == ["ok", "timeout", "untold"]
    assert [call.ok for call in calls] == [True, False, False]
    assert [len(call.attempts) for call in calls] == [1, 2, 0]


def test_a_delay_counts_from_the_schedule() -> None:
    """A generator that is late does not make the client faster."""
    run = Run(("steady", 1.0), rate=1.0, mix={"stream": 1.0})
    run.client.call(run.schedule.arrivals[0], took_s=0.2, late_s=0.1)

    (call,) = run.case().client.calls

    assert call.delay_s == pytest.approx(0.3)
    assert call.first_s == pytest.approx(0.2)


def test_a_batch_belongs_to_all_of_its_calls() -> None:
    """Each of them has it among its attempts; on the wire it is one."""
    run = Run(("steady", 1.0), rate=2.0, mix={"embed": 1.0})
    run.client.attempt(run.schedule.arrivals, 0.8)

    case = run.case().client

    assert [len(call.attempts) for call in case.calls] == [1, 1]
    assert len(case.attempts) == 1


def test_a_stretch_of_time_has_its_calls_and_its_arrivals() -> None:
    """Its end belongs to the next one."""
    run = Run(("steady", 1.0), ("fault", 1.0), rate=10.0)
    for arrival in run.schedule.arrivals:
        run.client.call(arrival, attempt={"server": "backup" if arrival.index % 2 else "primary"})

    case = run.case().client

    assert len(case.scheduled(0.0, 1.0)) == len(case.arrived(0.0, 1.0)) == 10
    assert len(case.arrived(0.0, 1.0, server="backup")) == 5


def test_the_share_of_nothing_is_nothing() -> None:
    """No call, no share."""
    run = Run(("steady", 1.0), rate=4.0).all_well()

    assert share(run.case().client.calls) == 1.0
    assert share(()) is None


def test_a_declared_limit_gives_way_to_what_the_client_was_opened_with() -> None:
    """Settings are in force only where the client says that it has such a limit."""
    run = Run()
    run.client.claims("retry", max_attempts=3)
    run.client.seen.settings = {"max_attempts": 5, "timeout_s": 2}

    case = run.case()

    assert case.claims == {"retry"}
    assert case.setting("max_attempts", 4) == 5
    assert case.setting("timeout_s", 30) == 30


def test_a_phase_is_found_by_its_role() -> None:
    """The first of them, and nothing where there is none."""
    case = Run(("warm", 1.0), ("fault", 2.0), ("fault", 1.0)).case()

    found = case.span("fault")
    assert found is not None
    assert (found.start_s, found.end_s) == (1.0, 3.0)
    assert case.span("recovery") is None
