"""LOAD-007: a server that gets ten times slower."""

from __future__ import annotations

from itertools import accumulate
from statistics import median
from typing import TYPE_CHECKING

from loadtests.judging.rows.evidence import over_s
from loadtests.judging.rows.processes import totals
from loadtests.judging.rows.proof import (
    UNTYPED,
    Stretch,
    UnprovedError,
    beside,
    enough,
    failed,
    healthy_before,
    stretch_of,
)
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from scenarios.checks import at_most, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadtests.judging.case import Case, LaneCase
    from loadtests.world.seen import Attempt
    from reports.results import Check

SLOWER = 3.0
"""Times as slow as before is the least that counts as slow."""

OVERLAP_S = 0.02
"""Two requests that meet for less are not counted as two: the first was over for its client."""

MOST_GROWTH_MB = 100.0


@load_row("LOAD-007")
def a_slow_server_does_not_pile_up_work(case: Case) -> Looked:
    """The server takes ten times as long and the traffic goes on, more of it than the client's
    limit lets through. Measured are the most requests that are open at the server at once, which a
    client that claims concurrency_limit keeps at its max_concurrency (that of each instance, times
    the instances); how far the memory of the client's processes grows beyond what it was before,
    less than 100 MB (a queue without bound is how slowness becomes a crash: "Addressing Cascading
    Failures", Site Reliability Engineering); and how calls end that find no place: with a typed
    error, never without an end. The control, which has no limit, must have more requests open than
    the limit allows, else the load proves nothing. Before it calls succeed.
    """
    steady, fault = stretch_of(case, "steady"), stretch_of(case, "fault")
    _require_slowness(case.client, steady, fault)
    calls = fault.due(case.client)
    enough(calls, 20, "calls were due while the server was slow")
    endless = [call for call in calls if call.outcome in UNTYPED]
    checks = [
        *_in_flight(case, fault),
        *_growth(case, steady, fault),
        nothing(
            "calls without a typed end",
            [f"call {call.arrival.index}: {call.outcome}" for call in endless],
            advice="Bound the queue and the wait in it, and end what does not fit in a typed error",
        ),
        healthy_before(case, steady),
    ]
    return Looked(checks, endless or failed(calls) or calls)


def _require_slowness(lane: LaneCase, steady: Stretch, fault: Stretch) -> None:
    """Raise UnprovedError unless the server itself took far longer than before."""
    before, later = _service_s(steady.arrived(lane)), _service_s(fault.arrived(lane))
    if before and later and later < SLOWER * before:
        raise UnprovedError(
            f"The server was not slow: {later:.3g} s an answer, and {before:.3g} s before."
        )


def _service_s(attempts: Sequence[Attempt]) -> float | None:
    took = [one.last_out_s - one.arrived_s for one in attempts if one.last_out_s is not None]
    return median(took) if took else None


def _in_flight(case: Case, fault: Stretch) -> Iterator[Check]:
    """The most requests at once, where the client promises to bound them."""
    limit = _limit(case)
    if limit is None:
        return
    control = None if case.control is None else float(most_at_once(case.control, fault))
    if control is not None and control <= limit:
        raise UnprovedError(
            f"The control, which has no limit, had {control:.0f} requests open at once and the "
            f"limit is {limit:.0f}: slow the server down, or ask it more often."
        )
    yield beside(
        at_most(
            "requests in flight",
            most_at_once(case.client, fault),
            limit,
            "at once",
            advice="Let a request begin only when another has ended, once max_concurrency are open",
        ),
        control,
    )


def _limit(case: Case) -> float | None:
    """How many requests may be open at once; None when the client promises no bound."""
    given = case.seen.client.settings.get("max_concurrency")
    usual = float(given) if isinstance(given, int) else 0.0
    each = case.setting("max_concurrency", usual)
    if "concurrency_limit" not in case.claims or not each:
        return None
    return each * case.seen.client.instances


def most_at_once(lane: LaneCase, stretch: Stretch) -> int:
    """The most requests of a lane that were open at its servers at one moment of the stretch."""
    moves = [(one.arrived_s, 1) for one in lane.attempts]
    moves += [(at_s - OVERLAP_S, -1) for one in lane.attempts if (at_s := over_s(one)) is not None]
    moves.sort()
    open_ = accumulate(step for _, step in moves)
    within = (
        count
        for (at_s, _), count in zip(moves, open_, strict=True)
        if stretch.start_s <= at_s < stretch.end_s
    )
    return max(within, default=0)


def _growth(case: Case, steady: Stretch, fault: Stretch) -> Iterator[Check]:
    """How far memory grew, where the client's processes can be seen."""
    seen = totals(case.client.seen.processes)
    before = [one.rss_mb for one in seen if one.at_s < steady.end_s]
    later = [one.rss_mb for one in seen if fault.start_s <= one.at_s]
    if before and later:
        yield at_most(
            "growth of memory",
            max(later) - max(before),
            MOST_GROWTH_MB,
            "MB",
            advice="Bound how many calls may wait, and refuse the others at once",
        )
