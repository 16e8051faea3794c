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


def test_figures_are_about_what_is_due_when_the_client_is_warm() -> None:
    """And what came for those calls, also after the end of the schedule."""
    run = Run(("warm", 1.0), ("steady", 1.0), rate=10.0)
    for arrival in run.schedule.arrivals:
        run.client.call(arrival)
    run.client.attempt(run.schedule.arrivals[-1], 2.5)

    case = run.case().client

    assert case.judged_s == 1.0
    assert len(case.judged) == len(case.answered) == 10
    assert len(case.judged_attempts) == 11


def test_a_call_that_nobody_told_of_says_nothing_about_the_client() -> None:
    """A lost worker takes its calls with it; one that still runs is told, and counts."""
    run = Run(("steady", 1.0), rate=3.0)
    run.client.call(run.schedule.arrivals[0])
    run.client.told(run.schedule.arrivals[1], "running")

    assert [call.outcome for call in run.case().client.judged] == ["ok", "running"]


def test_a_run_that_was_cut_short_is_judged_up_to_the_cut() -> None:
    """What still ran then had no time to end."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.schedule.arrivals[:9]:
        run.client.call(arrival)
    run.client.told(run.schedule.arrivals[9], "running")
    run.seen.cut_short, run.seen.cut_at_s = True, 1.0

    case = run.case().client

    assert case.judged_s == 1.0
    assert len(case.judged) == 9


def test_lanes_go_by_their_names() -> None:
    """The client's first; without a control there is one."""
    assert list(Run(control=True).case().lanes) == ["client", "control"]
    assert list(Run().case().lanes) == ["client"]
