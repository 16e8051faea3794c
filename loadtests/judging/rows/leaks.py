"""LOAD-009: what a long run with faults leaves behind."""

from __future__ import annotations

from statistics import linear_regression, median
from typing import TYPE_CHECKING

from loadtests.judging.rows.pressure import most_at_once
from loadtests.judging.rows.processes import totals
from loadtests.judging.rows.proof import Stretch, UnprovedError, enough, failed, good
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from scenarios.checks import at_most

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadtests.judging.case import Case
    from loadtests.judging.rows.processes import Total
    from reports.results import Check

FAULTY = 0.1
"""The least share of requests that went wrong in a run that is about leaks under faults."""

MOST_FILES = 10
MOST_SLOPE_KB = 1.0
STEP_MB = 6.0
"""Memory comes in steps of a few megabytes, whoever uses it."""

MOST_LEFT = 10
"""Connections that may be open at the end, in a pool that was never used by more at once."""

LEAST_SAMPLES = 8


@load_row("LOAD-009")
def a_long_run_leaves_no_leaks(case: Case) -> Looked:
    """Everything goes wrong now and then for as long as the profile lasts. Measured in the client's
    processes are the open files, by their median in the first and in the last quarter (10 more at
    most), and the memory, by a straight line through the last half (1 KB a call at most); at the
    server the connections that are still open at the end, no more than were ever in use at once, or
    10. Memory grows by steps of some megabytes, so 6 MB in the last half are always allowed: ten
    thousand calls bound a leak to about 1 KB a call, and the few hundred of the quick form only
    find one of 20 KB or so. What is opened and never closed shows in both. One request in ten at
    least must have gone wrong, else the run proves nothing.
    """
    calls = case.client.calls
    enough(calls, 100, "calls were due")
    arrived = case.client.attempts
    wrong = sum(not good(one) or one.ending != "complete" for one in arrived)
    if arrived and wrong < FAULTY * len(arrived):
        raise UnprovedError(
            f"{wrong} of {len(arrived)} requests went wrong; one in ten is the least that the row "
            "is about."
        )
    whole = Stretch(0.0, case.schedule.end_s)
    in_use = most_at_once(case.client, whole)
    checks = [
        at_most(
            "connections open at the end",
            case.client.seen.open_connections,
            max(in_use, MOST_LEFT),
            f"where {in_use} were in use at most",
            advice="Close every connection, or give it back to the pool, also when a call fails",
        ),
        *_process_checks(case, whole),
    ]
    return Looked(checks, failed(calls))


def _process_checks(case: Case, whole: Stretch) -> Iterator[Check]:
    """What the client's processes hold, where they can be seen."""
    seen = [one for one in totals(case.client.seen.processes) if one.at_s <= whole.end_s]
    if len(seen) < LEAST_SAMPLES:
        return
    quarter_s = whole.length_s / 4
    first = [one.open_files for one in seen if one.at_s < quarter_s]
    last = [one.open_files for one in seen if one.at_s >= 3 * quarter_s]
    if first and last:
        yield at_most(
            "growth of open files",
            median(last) - median(first),
            MOST_FILES,
            "from the first quarter to the last",
            advice="Close what a call has opened, also when it fails",
        )
    half = whole.last(1 / 2)
    calls = len(half.due(case.client))
    if calls:
        yield at_most(
            "slope of memory",
            _slope_kb(half, [one for one in seen if one.at_s >= half.start_s], calls),
            MOST_SLOPE_KB,
            f"KB a call, over the {calls} calls of the last half",
            tolerance=max(0.0, 1000 * STEP_MB / calls - MOST_SLOPE_KB),
            advice="Keep nothing of a call that is over",
        )


def _slope_kb(half: Stretch, seen: Sequence[Total], calls: int) -> float | None:
    """How much memory each call added, by a straight line."""
    if len(seen) < LEAST_SAMPLES // 2:
        return None
    line = linear_regression([one.at_s for one in seen], [one.rss_mb for one in seen])
    return 1000 * line.slope * half.length_s / calls
