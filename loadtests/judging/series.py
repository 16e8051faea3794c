"""A run over time: what was offered, what went over the wire, what users got, how busy all was.

Rates are a second, by the moment named with each series; percentiles are of the calls or streams
that ended in a piece of time. Everything is told of both lanes but what is the same for both.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from loadtests.judging.buckets import Buckets, carried_on, summed
from loadtests.judging.delays import streams_in
from loadtests.judging.rows.processes import totals
from reports.load import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from loadtests.judging.case import Case, LaneCase
    from loadtests.world.seen import Attempt, ServerSample

MICRO = 1e6

NO_ANSWER = "none"
"""Stands for the status of a request that got none: reset, cut before its head, or left."""


def buckets_of(case: Case, *, quick: bool) -> Buckets:
    """The time axis: up to the last thing that happened."""
    cut_at_s = case.client.cut_at_s
    moments = [case.schedule.end_s if cut_at_s is None else min(cut_at_s, case.schedule.end_s)]
    for lane in case.lanes.values():
        moments += [call.ended_s for call in lane.seen.calls if call.ended_s is not None]
        moments += [attempt.arrived_s for attempt in lane.attempts[-1:]]
    return Buckets.of(max(moments), quick=quick)


def series_of(case: Case, buckets: Buckets) -> tuple[Series, ...]:
    """Every line of every lane."""
    cut_at_s = case.client.cut_at_s
    due = [
        arrival.at_s
        for arrival in case.schedule.arrivals
        if cut_at_s is None or arrival.at_s < cut_at_s
    ]
    name = next(iter(case.lanes))
    offered = Series("offered", "Calls due", "calls/s", name, buckets.rates(due))
    return (offered, *(line for lane in case.lanes.items() for line in _lines(*lane, buckets)))


def _lines(name: str, lane: LaneCase, buckets: Buckets) -> Iterator[Series]:
    """All lines of a lane that have anything to show."""

    def line(
        series: str, label: str, unit: str, values: Sequence[float | None]
    ) -> Iterator[Series]:
        if any(value is not None for value in values):
            yield Series(series, label, unit, name, values)

    for series, label, unit, values in (
        *_of_calls(lane, buckets),
        *_of_requests(lane, buckets),
        *_of_servers(lane, buckets),
        *_of_processes(lane, buckets),
    ):
        yield from line(series, label, unit, values)


_Line = tuple[str, str, str, "Sequence[float | None]"]


def _of_calls(lane: LaneCase, buckets: Buckets) -> Iterator[_Line]:
    """What users got, by the moments at which their calls ended."""
    ended = [
        (call.ended.ended_s, call)
        for call in lane.calls
        if call.ended is not None and call.ended.ended_s is not None
    ]
    answered = [at_s for at_s, call in ended if call.ok]
    yield "goodput", "Calls answered", "calls/s", buckets.rates(answered)
    errors: defaultdict[str, list[float]] = defaultdict(list)
    for at_s, call in ended:
        if not call.ok:
            errors[call.outcome].append(at_s)
    for kind in sorted(errors):
        yield f"error.{kind}", f"Ended as {kind}", "calls/s", buckets.rates(errors[kind])
    delays = [(at_s, call.delay_s) for at_s, call in ended if call.ok and call.delay_s is not None]
    for share, values in zip(
        ("p50", "p95", "p99"), buckets.percentiles(delays, 0.5, 0.95, 0.99), strict=True
    ):
        yield f"delay.{share}", f"Delay {share}", "s", values
    firsts = [
        (call.ended.ended_s, call.first_s)
        for call in streams_in(lane.calls)
        if call.ended and call.ended.ended_s is not None and call.first_s is not None
    ]
    (first,) = buckets.percentiles(firsts, 0.95)
    yield "first_token.p95", "Time to first token p95", "s", first


def _of_requests(lane: LaneCase, buckets: Buckets) -> Iterator[_Line]:
    """What went over the wire, by the moments of arrival."""
    arrived = [attempt.arrived_s for attempt in lane.attempts]
    yield "attempts", "Requests on the wire", "requests/s", buckets.rates(arrived)
    classes: defaultdict[str, list[float]] = defaultdict(list)
    for attempt in lane.attempts:
        classes[status_class(attempt)].append(attempt.arrived_s)
    for found in sorted(classes):
        label = "Without an answer" if found == NO_ANSWER else f"Answered {found}"
        yield f"wire.{found}", label, "requests/s", buckets.rates(classes[found])


def _of_servers(lane: LaneCase, buckets: Buckets) -> Iterator[_Line]:
    """How busy the lane's servers were, all together; queues of those that have workers."""
    samples = lane.seen.server
    limited = [sample for sample in samples if sample.workers is not None]
    in_flight = _at_most(samples, buckets, lambda sample: sample.in_flight)
    yield "in_flight", "Requests in flight", "requests", in_flight
    queue = _at_most(limited, buckets, lambda sample: sample.queued)
    yield "queue", "Requests in the queue", "requests", queue
    at_work = _at_most(limited, buckets, lambda sample: sample.at_work)
    yield "at_work", "Workers at work", "workers", at_work
    spent = [
        carried_on(line)
        for line in _by_server(samples, buckets, lambda sample: sample.spent_micro / MICRO)
    ]
    yield "spend", "Spent so far", "units", summed(spent)


def _of_processes(lane: LaneCase, buckets: Buckets) -> Iterator[_Line]:
    """The client's own processes, all workers together."""
    seen = totals(lane.seen.processes)
    memory = buckets.folded(((one.at_s, one.rss_mb) for one in seen), max)
    yield "client.rss", "Memory of the client", "MB", memory
    files = buckets.folded(((one.at_s, one.open_files) for one in seen), max)
    yield "client.open_files", "Open files of the client", "files", files


def status_class(attempt: Attempt) -> str:
    """``200`` and ``429`` for themselves, ``4xx`` and the like for others, ``none`` for none."""
    status = attempt.status
    if status is None or attempt.first_out_s is None:
        return NO_ANSWER
    return str(status) if status in (200, 429) else f"{status // 100}xx"


def _at_most(
    samples: Sequence[ServerSample], buckets: Buckets, value: Callable[[ServerSample], float]
) -> list[float | None]:
    return summed(_by_server(samples, buckets, value))


def _by_server(
    samples: Iterable[ServerSample], buckets: Buckets, value: Callable[[ServerSample], float]
) -> list[list[float | None]]:
    """The largest value in each piece of time, a line for each server."""
    points: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for sample in samples:
        points[sample.server].append((sample.at_s, value(sample)))
    return [buckets.folded(of_server, max) for of_server in points.values()]
