"""Samples of the traffic: requests, tokens, money, times and faults.

All of it is counted per sandbox since its start or its latest reset; Prometheus reads a reset as
one of the counters. What is not known (the key of a stranger) is an empty label.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client.core import HistogramMetricFamily

from mockserver.admission.prices import MICRO
from mockserver.metrics.labels import PREFIX, Sums, shown_by
from mockserver.metrics.tally import BOUNDS_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prometheus_client.core import Metric

    from mockserver.sandbox import Sandbox

UNANSWERED = "none"
"""The status of a request that got no answer."""

_WHO = ("sandbox", "project", "key", "model", "endpoint")
_TIMED = ("sandbox", "endpoint", "model", "stream")
_FIRED = ("sandbox", "kind", "rule")
_ENDS = (*(str(bound) for bound in BOUNDS_S), "+Inf")


def families(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    """Every family of samples about traffic."""
    yield from _use(sandboxes)
    yield from _times(sandboxes)
    yield from _faults(sandboxes)


def _use(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    requests = Sums("requests_total", "Requests that are over.", (*_WHO, "status"))
    tokens = Sums("tokens_total", "Tokens read and written.", (*_WHO, "direction"))
    cost = Sums("cost_units_total", "What was paid, in units of money.", _WHO)
    for sandbox in sandboxes:
        shown = shown_by(sandbox)
        for where, (count, tokens_in, tokens_out, micro) in sandbox.usage.rows.items():
            _, project, key, model, endpoint, status = where
            who = (sandbox.name, shown(project), shown(key), shown(model), shown(endpoint))
            requests.add((*who, UNANSWERED if status is None else str(status)), count)
            if tokens_in or tokens_out:
                tokens.add((*who, "in"), tokens_in)
                tokens.add((*who, "out"), tokens_out)
            if micro:
                cost.add(who, micro / MICRO)
    for sums in (requests, tokens, cost):
        yield sums.counter()


def _times(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    whole = HistogramMetricFamily(
        f"{PREFIX}request_duration_seconds",
        "From the first byte of a request to the end of its answer, by the machine's clock.",
        labels=_TIMED,
    )
    first = HistogramMetricFamily(
        f"{PREFIX}time_to_first_byte_seconds",
        "From the first byte of a request to the first one of its answer, by the machine's clock.",
        labels=_TIMED,
    )
    for sandbox in sandboxes:
        shown = shown_by(sandbox)
        for where, timing in sandbox.tally.timings.items():
            endpoint, model, stream = where
            labels = (sandbox.name, shown(endpoint), shown(model), "true" if stream else "false")
            whole.add_metric(labels, _buckets(timing.whole), timing.whole_ns / 1e9)
            first.add_metric(labels, _buckets(timing.first), timing.first_ns / 1e9)
    yield whole
    yield first


def _buckets(counts: list[int]) -> list[tuple[str, float]]:
    """Cumulated, each with its upper end, as the format wants them."""
    return list(zip(_ENDS, accumulate(counts), strict=True))


def _faults(sandboxes: Sequence[Sandbox]) -> Iterator[Metric]:
    injected = Sums("faults_injected_total", "Faults of rules that fired.", _FIRED)
    delivered = Sums(
        "faults_delivered_total", "Faults of rules that all had their effect on the wire.", _FIRED
    )
    for sandbox in sandboxes:
        shown = shown_by(sandbox)
        for (rule, kinds), (fired, worked) in sandbox.tally.faults.items():
            for kind in kinds:
                labels = (sandbox.name, kind, shown(rule))
                injected.add(labels, fired)
                delivered.add(labels, worked)
    yield injected.counter()
    yield delivered.counter()
