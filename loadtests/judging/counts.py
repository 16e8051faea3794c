"""Calls, attempts and money, counted on both sides: what RUN-001 compares."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from loadtests.judging.reachability import may_be_unreachable
from loadtests.judging.savings import is_complete
from loadtests.judging.spending import Spending, spending_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadtests.judging.case import Case, LaneCall, LaneCase


@dataclass(frozen=True, slots=True)
class CallCount:
    """What became of the calls of one lane.

    ``scheduled`` are those of the schedule, of a run that was cut short those due until then;
    ``untold`` are those of which nobody told an end. ``twice`` are places in the schedule that were
    told more than once, ``strange`` places that it does not have.
    """

    scheduled: int
    finished: int
    ok: int
    running: int
    untold: int
    twice: tuple[int, ...]
    strange: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """Attempts of one lane, counted by both sides where both can.

    ``told`` and ``arrived`` are of the ``compared`` calls, of which each has requests of its own
    and a count by the client; ``left_out`` are the others. ``hidden`` are calls with more requests
    than the client told of, ``missing`` with fewer where nothing explains it; ``never_arrived``
    attempts may have met a server that nobody could reach, or a deadline on their way.
    ``in_all`` requests arrived, ``counter`` is the client's own counter of them (None without),
    which may be higher by ``may_not_arrive``.
    """

    told: int
    arrived: int
    compared: int
    left_out: int
    hidden: tuple[LaneCall, ...]
    missing: tuple[LaneCall, ...]
    never_arrived: int
    in_all: int
    counter: int | None
    may_not_arrive: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything that is counted of one lane."""

    calls: CallCount
    attempts: AttemptCount
    money: Spending


def counts_of(case: Case, lane: LaneCase) -> Counts:
    """The counts of one lane."""
    return Counts(_calls(lane), _attempts(case, lane), spending_of(lane))


def named(counts: Counts) -> dict[str, int]:
    """The counts as the results hold them."""
    calls, attempts, money = counts.calls, counts.attempts, counts.money
    numbers = {
        "scheduled": calls.scheduled,
        "finished": calls.finished,
        "answered": calls.ok,
        "running": calls.running,
        "untold": calls.untold,
        "attempts": attempts.in_all,
        "attempts_compared": attempts.arrived,
        "attempts_told": attempts.told,
        "attempts_never_arrived": attempts.never_arrived,
        "calls_without_own_attempts": attempts.left_out,
        "journal_micro": money.journal_micro,
        "ledger_micro": money.ledger_micro,
        "answers_micro": money.answers_micro,
        "answers_told_micro": money.told_micro,
        "unused_micro": money.unused_micro,
    }
    return numbers if attempts.counter is None else numbers | {"attempts_counter": attempts.counter}


def _calls(lane: LaneCase) -> CallCount:
    told = Counter(call.index for call in lane.seen.calls)
    due = [
        call
        for call in lane.calls
        if call.ended is not None or lane.cut_at_s is None or call.arrival.at_s < lane.cut_at_s
    ]
    running = sum(call.outcome == "running" for call in due)
    untold = sum(call.ended is None for call in due)
    return CallCount(
        scheduled=len(due),
        finished=len(due) - running - untold,
        ok=sum(call.ok for call in due),
        running=running,
        untold=untold,
        twice=tuple(index for index, times in told.items() if times > 1),
        strange=tuple(index for index in told if not 0 <= index < len(lane.calls)),
    )


def _attempts(case: Case, lane: LaneCase) -> AttemptCount:
    groups: defaultdict[str, list[LaneCall]] = defaultdict(list)
    for call in lane.calls:
        groups[call.arrival.token].append(call)
    compared = [calls for calls in groups.values() if _comparable(calls)]
    told, arrived, never_arrived = 0, 0, 0
    hidden: list[LaneCall] = []
    missing: list[LaneCall] = []
    for calls in compared:
        count, requests = _told(calls), len(calls[0].attempts)
        told, arrived = told + count, arrived + requests
        if requests > count:
            hidden += calls
        elif count > requests:
            explained = _explained(case, calls, count - requests)
            never_arrived += explained
            missing += calls if explained < count - requests else []
    return AttemptCount(
        told=told,
        arrived=arrived,
        compared=sum(map(len, compared)),
        left_out=len(lane.calls) - sum(map(len, compared)),
        hidden=tuple(hidden),
        missing=tuple(missing),
        never_arrived=never_arrived,
        in_all=len(lane.attempts),
        counter=_counter(lane),
        may_not_arrive=(
            inf
            if may_be_unreachable(case.profile)
            else never_arrived + sum(not call.ok for call in lane.calls)
        ),
    )


def _comparable(calls: Sequence[LaneCall]) -> bool:
    """Whether the calls of a token have requests of their own, and the client counted them.

    What shares a batch shares its attempts; and of an embedding call in several requests a client
    tells the attempts of one.
    """
    if any(call.ended is None or call.ended.attempts is None for call in calls):
        return False
    attempts = calls[0].attempts
    if any(len(attempt.tokens) > 1 for attempt in attempts):
        return False
    whole = sum(is_complete(attempt) for attempt in attempts)
    return calls[0].arrival.kind != "embed" or whole <= len(calls)


def _told(calls: Iterable[LaneCall]) -> int:
    return sum(call.ended.attempts or 0 for call in calls if call.ended is not None)


def _explained(case: Case, calls: Sequence[LaneCall], surplus: int) -> int:
    """How many attempts that never arrived have a reason.

    While nobody can connect all have; else the last one of a call that failed may have been given
    up on its way, at a deadline or at a pool that was full.
    """
    if may_be_unreachable(case.profile):
        return surplus
    return min(surplus, sum(not call.ok for call in calls))


def _counter(lane: LaneCase) -> int | None:
    """The client's own counter of requests; None where it has none, or lost it with a process."""
    told = lane.seen.telemetry.get("attempts")
    unended = any(call.outcome in ("running", "untold", "crashed") for call in lane.calls)
    return None if told is None or unended else round(told)
