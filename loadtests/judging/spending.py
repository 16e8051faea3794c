"""What answers cost: by the client's word, and by the ledger of the servers.

All amounts are whole micro-units. An answer is joined to the very request that it came with by its
request id; requests whose answer nobody got are money without use.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from loadtests.judging.figure import NOTHING, SHARE, FigureKind, Measured
from loadtests.judging.savings import is_complete

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadtests.judging.case import LaneCall, LaneCase
    from loadtests.world.seen import Attempt

MICRO = 1_000_000
"""Micro-units in one unit."""


@dataclass(frozen=True, slots=True)
class Spending:
    """The money of one lane.

    ``told_micro`` is what the client said that its answers cost, ``answers_micro`` what the ledger
    says of the same ones; ``told_of`` counts them, ``wrong`` are those that disagree. ``untold``
    answers came with no cost, or with a request that they shared with others. ``journal_micro`` is
    the sum over all requests, ``got_micro`` that over the requests whose answer a user got.
    """

    told_micro: int
    answers_micro: int
    told_of: int
    wrong: tuple[LaneCall, ...]
    untold: int
    journal_micro: int
    got_micro: int
    ledger_micro: int
    counter_micro: int | None
    paid: int

    @property
    def unused_micro(self) -> int:
        """Spent on answers that nobody got."""
        return self.journal_micro - self.got_micro


def spending_of(lane: LaneCase) -> Spending:
    """The money of a whole lane, warm phases too."""
    by_id = {attempt.request_id: attempt for attempt in lane.attempts}
    told = [(call, micro) for call in lane.calls if (micro := told_micro(call)) is not None]
    pairs = [(call, micro, _cost_of(call, by_id)) for call, micro in told]
    joined = [(call, micro, cost) for call, micro, cost in pairs if cost is not None]
    return Spending(
        told_micro=sum(micro for _, micro, _ in joined),
        answers_micro=sum(cost for _, _, cost in joined),
        told_of=len(joined),
        wrong=tuple(call for call, micro, cost in joined if micro != cost),
        untold=sum(call.ok for call in lane.calls) - len(joined),
        journal_micro=sum(attempt.cost_micro for attempt in lane.attempts),
        got_micro=sum(attempt.cost_micro for attempt in _got(lane, by_id)),
        ledger_micro=lane.seen.ledger_micro,
        counter_micro=_counter_micro(lane),
        paid=sum(attempt.cost_micro > 0 for attempt in lane.attempts),
    )


def told_micro(call: LaneCall) -> int | None:
    """What the client said that an answer cost; None where it said nothing.

    A fraction of a micro-unit counts as a whole one, as in the ledger; a thousandth is the smallest
    that prices have, and what is finer is what floats make of it.
    """
    if call.ended is None or not call.ok or call.ended.cost is None:
        return None
    return ceil(round(call.ended.cost * MICRO, 3))


def _counter_micro(lane: LaneCase) -> int | None:
    """The client's own sum of what it spent, in a run in which it had every answer."""
    told = lane.seen.telemetry.get("spend")
    guessed = not all(call.ok for call in lane.calls)
    return None if told is None or guessed else ceil(round(told * MICRO, 3))


def _cost_of(call: LaneCall, by_id: dict[str, Attempt]) -> int | None:
    """What the ledger says of a call's answer; None where it cannot be told from others."""
    ended = call.ended
    if ended is None:
        return None
    if ended.source in ("cache", "stale_cache", "static"):
        return 0
    if call.arrival.kind == "embed":
        answers = [attempt for attempt in call.attempts if is_complete(attempt)]
        alone = answers and all(len(attempt.tokens) == 1 for attempt in answers)
        if alone and not call.arrival.repeated:
            return sum(attempt.cost_micro for attempt in answers)
    answer = by_id.get(ended.request_id or "")
    return answer.cost_micro if answer is not None and len(answer.tokens) <= 1 else None


def _got(lane: LaneCase, by_id: dict[str, Attempt]) -> Iterable[Attempt]:
    """The requests whose answer some user got, each once."""
    found: dict[tuple[str, int], Attempt] = {}
    unnamed: defaultdict[str, list[LaneCall]] = defaultdict(list)
    for call in lane.calls:
        if not call.ok or call.ended is None:
            continue
        named = by_id.get(call.ended.request_id or "")
        if named is not None:
            found[named.server, named.seq] = named
        if named is None or call.arrival.kind == "embed":
            unnamed[call.arrival.token].append(call)
    for calls in unnamed.values():
        for attempt in _likeliest(calls):
            found[attempt.server, attempt.seq] = attempt
    return found.values()


def _likeliest(calls: Sequence[LaneCall]) -> Sequence[Attempt]:
    """The requests that answered calls of one token, of a client that gives no request ids.

    An embedding call may take several; of another call the last whole answer is the one.
    """
    whole = [attempt for attempt in calls[0].attempts if is_complete(attempt)]
    return whole if calls[0].arrival.kind == "embed" else whole[-len(calls) :]


def _spend(lane: LaneCase) -> Measured:
    if not lane.attempts:
        return NOTHING
    return Measured(lane.seen.ledger_micro / MICRO, n=spending_of(lane).paid)


def _spend_gap(lane: LaneCase) -> Measured:
    money = spending_of(lane)
    if not money.told_of:
        return NOTHING
    gap = money.told_micro - money.answers_micro
    detail = f"{money.told_micro / MICRO:.6f} told, {money.answers_micro / MICRO:.6f} in the ledger"
    return Measured(gap / MICRO, n=money.told_of, detail=detail)


def _unused_share(lane: LaneCase) -> Measured:
    money = spending_of(lane)
    if not money.journal_micro:
        return NOTHING
    detail = f"{money.unused_micro / MICRO:.6f} of {money.journal_micro / MICRO:.6f} units"
    return Measured(money.unused_micro / money.journal_micro, n=len(lane.attempts), detail=detail)


FIGURES = (
    FigureKind(
        name="spend_units",
        label="Spend",
        unit="units",
        better="lower",
        meaning="What the servers' ledgers say was spent in the whole run, in units of the budget.",
        default_why=(
            "The price of the calls that were answered, and nothing beyond: work that is paid "
            "twice is the cost of careless retries (COST-001)."
        ),
        measure=_spend,
    ),
    FigureKind(
        name="spend_gap_units",
        label="Distance of spend from the ledger",
        unit="units",
        better="",
        meaning=(
            "What the client said that its answers cost, less what the ledger says of the very "
            "same answers. Below 0 it counts too little, and its budget is overrun."
        ),
        default_why="Both count the same tokens at the same prices, so it is 0 (COST-001).",
        measure=_spend_gap,
    ),
    FigureKind(
        name="unused_spend_share",
        label="Spent on answers that nobody got",
        unit=SHARE,
        better="lower",
        meaning=(
            "The share of the spend that went for answers that reached no user: cut off, given up "
            "on, or asked for twice."
        ),
        default_why=(
            "Answers that are lost on the way are paid; what a client gives up on too early is "
            "money without use (execute and lose the answer: COST-001)."
        ),
        measure=_unused_share,
    ),
)
