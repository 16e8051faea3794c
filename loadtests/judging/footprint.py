"""Figures about what is held meanwhile: memory, files, open requests, queues, and the lag."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from loadtests.judging.figure import NOTHING, FigureKind, Measured, peak_of, percentile_of
from loadtests.judging.rows.processes import Total, totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import LaneCase

END_SHARE = 0.1
"""This part of the samples, at either end of a run, stands for its beginning and its end."""


def _judged_totals(lane: LaneCase) -> list[Total]:
    """The client's processes, from the end of the warm phases on."""
    start_s = lane.judged_spans[0][0] if lane.judged_spans else 0.0
    return [total for total in totals(lane.seen.processes) if total.at_s >= start_s]


def _growth(sizes: Sequence[float]) -> Measured:
    """What came on top between the two ends of a run."""
    few = max(1, round(len(sizes) * END_SHARE))
    if len(sizes) < 2 * few:
        return NOTHING
    first, last = median(sizes[:few]), median(sizes[-few:])
    return Measured(last - first, n=len(sizes), detail=f"{first:.4g} at first, {last:.4g} at last")


def _rss_peak(lane: LaneCase) -> Measured:
    return peak_of(total.rss_mb for total in _judged_totals(lane))


def _rss_growth(lane: LaneCase) -> Measured:
    return _growth([total.rss_mb for total in _judged_totals(lane)])


def _open_files_growth(lane: LaneCase) -> Measured:
    return _growth([total.open_files for total in _judged_totals(lane)])


def _in_flight_peak(lane: LaneCase) -> Measured:
    return peak_of(attempt.in_flight for attempt in lane.judged_attempts)


def _queue_peak(lane: LaneCase) -> Measured:
    return peak_of(sample.queued for sample in lane.seen.server if sample.workers is not None)


def _lag_p99_ms(lane: LaneCase) -> Measured:
    lags_ms = [(call.sent_s - call.scheduled_s) * 1000 for call in lane.seen.calls]
    return percentile_of(lags_ms, 0.99)


FIGURES = (
    FigureKind(
        name="rss_peak_mb",
        label="Memory at its peak",
        unit="MB",
        better="lower",
        meaning="The resident memory of the client's processes, all together, when it was largest.",
        default_why="What a container of the service is given; the language alone takes a part.",
        measure=_rss_peak,
    ),
    FigureKind(
        name="rss_growth_mb",
        label="Growth of memory",
        unit="MB",
        better="lower",
        meaning=(
            "The resident memory of the client's processes at the end of the run, less that at its "
            "beginning (a tenth of the run each, medians)."
        ),
        default_why=(
            "A server ten times slower may let 100 MB pile up, no more (LOAD-007; SRE-CASC); a "
            "long run at most 1 KB a call (LOAD-009)."
        ),
        measure=_rss_growth,
    ),
    FigureKind(
        name="open_files_growth",
        label="Growth of open files",
        unit="files",
        better="lower",
        meaning="Open files and sockets of the client's processes at the end, less those before.",
        default_why="Ten are within what pools of connections do; a leak has no end (LOAD-009).",
        measure=_open_files_growth,
    ),
    FigureKind(
        name="in_flight_peak",
        label="Requests in flight at the peak",
        unit="requests",
        better="lower",
        meaning="The most requests that were open at a server at once, as it saw them.",
        default_why=(
            "The client's own limit of concurrency: without one a slow server gets ever more work "
            "(LOAD-007; SRE-CASC)."
        ),
        measure=_in_flight_peak,
    ),
    FigureKind(
        name="queue_peak",
        label="Queue at the peak",
        unit="requests",
        better="lower",
        meaning="The most requests that waited for a worker of a server with limited capacity.",
        default_why="A queue that only grows is an overload that retries keep up (LOAD-004).",
        measure=_queue_peak,
    ),
    FigureKind(
        name="lag_p99_ms",
        label="Lag of the generator p99",
        unit="ms",
        better="lower",
        meaning=(
            "How late 99 % of the calls were made at most, behind the schedule. It is the load "
            "test's own, not the client's."
        ),
        default_why="Beyond 50 ms the traffic is not the one that was planned (RUN-002).",
        measure=_lag_p99_ms,
    ),
)
