"""Calls, attempts and money, counted on both sides."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from loadtests.judging.counts import Counts, counts_of, named
from tests.loadtests.judging.runs import Run

OUTCOMES = st.sampled_from(["ok", "timeout", "running", "untold", "crashed"])


def counted(run: Run) -> Counts:
    case = run.case()
    return counts_of(case, case.client)


@given(st.lists(st.tuples(OUTCOMES, st.integers(1, 4)), min_size=1, max_size=40))
def test_every_call_is_finished_or_running_or_untold(calls: list[tuple[str, int]]) -> None:
    """And every request is either compared or of a call that is left out."""
    run = Run(("steady", 1.0), rate=float(len(calls)))
    for arrival, (outcome, tries) in zip(run.due(), calls, strict=True):
        if outcome != "untold":
            run.client.call(arrival, outcome, tries=tries)
    counts = counted(run)

    assert counts.calls.scheduled == len(calls)
    assert counts.calls.finished + counts.calls.running + counts.calls.untold == len(calls)
    assert counts.attempts.told == counts.attempts.arrived == counts.attempts.in_all
    assert counts.attempts.compared + counts.attempts.left_out == len(calls)
    assert counts.attempts.hidden == counts.attempts.missing == ()


def test_a_call_that_is_told_twice_is_found() -> None:
    """And one that nobody had asked for."""
    run = Run(("steady", 1.0), rate=2.0).all_well()
    run.client.told(run.due()[1])
    run.client.seen.calls.append(type(run.client.seen.calls[0])("client", 99, 0.0, 0.0, 1.0, "ok"))
    counts = counted(run).calls

    assert (counts.twice, counts.strange) == ((1,), (99,))
    assert (counts.finished, counts.untold) == (2, 0)


def test_requests_that_the_client_does_not_tell_of_are_hidden() -> None:
    """Its library repeats them behind its back."""
    run = Run(("steady", 1.0), rate=3.0).all_well()
    run.client.attempt(run.due()[1], 0.6)
    counts = counted(run).attempts

    assert (counts.told, counts.arrived) == (3, 4)
    assert [call.arrival.index for call in counts.hidden] == [1]


def test_attempts_that_never_arrived_need_a_reason() -> None:
    """A call that failed may have been given up on its way; one that was answered not."""
    run = Run(("steady", 1.0), rate=2.0)
    failed, answered = run.due()
    run.client.call(failed, "connect_timeout", tries=1)
    run.client.call(answered, tries=1)
    for call in run.client.seen.calls:
        object.__setattr__(call, "attempts", 2)
    counts = counted(run).attempts

    assert counts.never_arrived == 1
    assert [call.arrival.index for call in counts.missing] == [1]


def test_while_nobody_can_connect_attempts_do_not_arrive() -> None:
    """However many they are."""
    refusing = {"server": {"rules": [{"id": "gone", "fault": {"kind": "refuse"}}]}}
    run = Run(("fault", 1.0, refusing), rate=1.0)
    run.client.told(run.due()[0], attempts=3)
    counts = counted(run).attempts

    assert (counts.never_arrived, counts.missing, counts.may_not_arrive) == (3, (), inf)


def test_calls_that_share_a_batch_are_left_out() -> None:
    """The client's own counter has its requests, each once."""
    run = Run(("steady", 1.0), rate=4.0, mix={"embed": 1.0})
    run.client.attempt(run.due(), 0.9)
    for arrival in run.due():
        run.client.told(arrival, attempts=1)
    run.client.seen.telemetry = {"attempts": 1.0}
    counts = counted(run).attempts

    assert (counts.compared, counts.left_out) == (0, 4)
    assert (counts.in_all, counts.counter) == (1, 1)


def test_a_client_that_tells_no_attempts_is_left_out() -> None:
    """And counted."""
    run = Run(("steady", 1.0), rate=2.0)
    for arrival in run.due():
        run.client.attempt(arrival, arrival.at_s)
        run.client.told(arrival, attempts=None)

    assert (counted(run).attempts.compared, counted(run).attempts.left_out) == (0, 2)
    assert counted(run).attempts.counter is None


def test_repeats_of_a_prompt_are_counted_together() -> None:
    """One asked the server, the others had it from a cache."""
    run = Run(("steady", 1.0), rate=5.0, repeats={"prompts": 1})
    first, *others = run.due()
    run.client.call(first)
    for arrival in others:
        run.client.told(arrival, source="cache", attempts=0)
    counts = counted(run).attempts

    assert (counts.told, counts.arrived, counts.compared, counts.hidden) == (1, 1, 5, ())


def test_a_run_that_was_cut_short_scheduled_what_was_due_until_then() -> None:
    """What was told all the same is counted too."""
    run = Run(("steady", 2.0), rate=10.0)
    for arrival in run.due()[:11]:
        run.client.call(arrival)
    run.seen.cut_short, run.seen.cut_at_s = True, 1.0
    counts = counted(run).calls

    assert (counts.scheduled, counts.finished, counts.untold) == (11, 11, 0)


def test_counts_are_whole_numbers_by_name() -> None:
    """As the results hold them."""
    numbers = named(counted(Run(("steady", 1.0), rate=4.0).all_well()))

    assert numbers["scheduled"] == numbers["finished"] == numbers["attempts"] == 4
    assert numbers["ledger_micro"] == numbers["answers_told_micro"] == 1000
    assert all(isinstance(number, int) for number in numbers.values())
