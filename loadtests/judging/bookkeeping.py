"""Whether the counts close: RUN-001.

Calls are counted by the harness alone, so an open count of them is its own fault. Attempts and
costs are the client's word against the servers'; where they differ the calls are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging.counts import counts_of
from loadtests.judging.row import Promise, RowJudged, judged_by
from loadtests.judging.rows.evidence import examples
from loadtests.judging.spending import MICRO
from reports.results import Verdict
from scenarios.checks import equal, holds, nothing, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loadtests.judging.case import Case, LaneCall
    from loadtests.judging.counts import AttemptCount, CallCount, Counts
    from loadtests.judging.spending import Spending
    from reports.results import Check

PROMISE = Promise(
    id="RUN-001",
    right=(
        "Counts close: every scheduled call has one end or still runs, and what the client says of "
        "attempts and cost is what its servers saw."
    ),
    severity="should",
    group="RUN",
)

FAULT = Verdict.HARNESS_FAULT
OURS = "The harness failed, not the client"


def judge(case: Case) -> RowJudged:
    """RUN-001, for all lanes."""
    every = {name: counts_of(case, lane) for name, lane in case.lanes.items()}
    checks = tuple(check for name, one in every.items() for check in _checks(case, name, one))
    return judged_by(checks, _kept(every), examples(_named(every)))


def _checks(case: Case, name: str, counts: Counts) -> Iterator[Check]:
    prefix = "" if name == case.seen.client.name else f"{name}: "
    yield from _of_calls(case, prefix, counts.calls)
    yield from _of_attempts(prefix, counts.attempts)
    yield from _of_money(prefix, counts.money)


def _of_calls(case: Case, prefix: str, calls: CallCount) -> Iterator[Check]:
    may_be_lost = case.seen.cut_short or bool(case.seen.workers_lost)
    lost = calls.untold if may_be_lost else 0
    name = "scheduled = finished + running" + (f" + {lost} lost" if lost else "")
    accounted = calls.finished + calls.running + lost
    yield equal(
        f"{prefix}{name}",
        accounted,
        calls.scheduled,
        "calls",
        advice=f"{OURS}: nobody told how some calls ended",
        miss=FAULT,
    )
    again = [f"call {index}" for index in (*calls.twice, *calls.strange)]
    yield nothing(
        f"{prefix}calls told twice or never asked for",
        again,
        advice=f"{OURS}: the ends of its calls are in disorder",
        miss=FAULT,
    )


def _of_attempts(prefix: str, attempts: AttemptCount) -> Iterator[Check]:
    if attempts.compared:
        wrong = attempts.hidden + attempts.missing
        yield holds(
            f"{prefix}attempts: client's count",
            not wrong,
            attempts.told,
            attempts.arrived + attempts.never_arrived,
            "requests",
            advice=(
                f"Count each request that goes over the wire, once: {_calls_in_words(wrong)}"
                if wrong
                else ""
            ),
            miss=Verdict.ADVISORY,
        )
    if attempts.counter is not None:
        yield within(
            f"{prefix}attempts: client's counter",
            attempts.counter,
            attempts.in_all,
            attempts.in_all + attempts.may_not_arrive,
            "requests",
            advice="Count each request that goes over the wire, also those of batches and probes",
            miss=Verdict.ADVISORY,
        )


def _of_money(prefix: str, money: Spending) -> Iterator[Check]:
    if money.told_of:
        yield holds(
            f"{prefix}cost of {money.told_of} answers: client's count",
            not money.wrong,
            money.told_micro / MICRO,
            money.answers_micro / MICRO,
            "units",
            advice=(
                "Count the tokens that the server reports at its prices, rounded up in the end: "
                f"{_calls_in_words(money.wrong)}"
                if money.wrong
                else ""
            ),
            miss=Verdict.ADVISORY,
        )
    if money.counter_micro is not None and not money.unused_micro:
        # The ledger rounds each request up to a whole micro-unit.
        yield within(
            f"{prefix}spend: client's counter",
            money.counter_micro / MICRO,
            (money.ledger_micro - money.paid) / MICRO,
            money.ledger_micro / MICRO,
            "units",
            advice="Count the cost of each answer once, also of those that several calls share",
            miss=Verdict.ADVISORY,
        )
    yield equal(
        f"{prefix}journal = ledger",
        money.journal_micro / MICRO,
        money.ledger_micro / MICRO,
        "units",
        advice=f"{OURS}: some requests are in one and not in the other",
        miss=FAULT,
    )
    yield holds(
        f"{prefix}spent on answers that nobody got",
        True,
        money.unused_micro / MICRO,
        None,
        "units",
    )


def _named(every: Mapping[str, Counts]) -> tuple[LaneCall, ...]:
    """The calls of which the two sides say different things."""
    return tuple(
        call
        for counts in every.values()
        for call in (*counts.attempts.hidden, *counts.attempts.missing, *counts.money.wrong)
    )


def _calls_in_words(calls: tuple[LaneCall, ...]) -> str:
    places = [str(call.arrival.index) for call in calls[:3]]
    further = len(calls) - len(places)
    told = "call " if len(calls) == 1 else "calls "
    return told + ", ".join(places) + (f" and {further} more differ" if further else " differ")


def _kept(every: Mapping[str, Counts]) -> str:
    counts = next(iter(every.values()))
    calls, attempts, money = counts.calls, counts.attempts, counts.money
    return (
        f"{calls.scheduled} calls: {calls.finished} finished, {calls.running} running; "
        f"{attempts.in_all} requests; {money.ledger_micro / MICRO:.6f} units, of which "
        f"{money.unused_micro / MICRO:.6f} for answers that nobody got."
    )
