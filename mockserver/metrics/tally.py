"""What is counted of a sandbox beside its use: how long answers took, and the faults of rules.

Counted when a request is over, as plain whole numbers, so that it costs next to nothing; samples
are made of them when somebody scrapes. All times are the machine's, whatever the sandbox's clock
says.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from mockserver.usage import endpoint_at

if TYPE_CHECKING:
    from mockserver.visit import Visit

BOUNDS_S = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    20.0,
    40.0,
    60.0,
    120.0,
    300.0,
)
"""The upper ends of the buckets, in seconds: from a mock in no hurry to a long stream."""

MOST_TIMINGS = 2000
MOST_RULES = 2000
"""How much is told apart; what comes after it is counted as :data:`OTHER`, and nothing is lost."""

OTHER = "other"

_BOUNDS_NS = tuple(round(bound * 1e9) for bound in BOUNDS_S)

Timed = tuple[str | None, str | None, bool]
"""What timings are told apart by: endpoint, model, and whether a stream was asked for."""

Fired = tuple[str, tuple[str, ...]]
"""What faults are told apart by: the id of the rule, and the kinds of its faults."""


class Timing:
    """Two histograms: whole requests, and the time to the first byte of their answers.

    ``whole`` and ``first`` count by bucket, each with a last one without an upper end.
    """

    __slots__ = ("first", "first_ns", "whole", "whole_ns")

    def __init__(self) -> None:
        self.whole = [0] * (len(BOUNDS_S) + 1)
        self.whole_ns = 0
        self.first = [0] * (len(BOUNDS_S) + 1)
        self.first_ns = 0


class Tally:
    """The timings and faults of one sandbox. They outlive every change of its plan."""

    def __init__(self) -> None:
        self.timings: dict[Timed, Timing] = {}
        self.faults: dict[Fired, list[int]] = {}
        """Of each rule and its kinds: how often it fired, and how often that was delivered."""

    def count(self, visit: Visit) -> None:
        """Add a request that is over."""
        exchange, work, route = visit.exchange, visit.work, visit.route
        where = (
            endpoint_at(exchange.method, exchange.path) if route is None else route.endpoint.name,
            None if work is None else work.model,
            exchange.stream,
        )
        timing = self.timings.get(where)
        if timing is None:
            timing = self._timing(where)
        began_ns = exchange.first_byte_in_ns
        took_ns = (exchange.ended_ns or began_ns) - began_ns
        timing.whole[bisect_left(_BOUNDS_NS, took_ns)] += 1
        timing.whole_ns += took_ns
        out_ns = exchange.first_byte_out_ns
        if out_ns is not None:
            out_ns -= began_ns
            timing.first[bisect_left(_BOUNDS_NS, out_ns)] += 1
            timing.first_ns += out_ns
        if exchange.rule is not None:
            self._count_fault(exchange.rule, exchange.faults, delivered=exchange.delivered)

    def clear(self) -> None:
        """Forget everything."""
        self.timings.clear()
        self.faults.clear()

    def _timing(self, where: Timed) -> Timing:
        if len(self.timings) >= MOST_TIMINGS:
            where = (OTHER, OTHER, False)
        return self.timings.setdefault(where, Timing())

    def _count_fault(self, rule: str, kinds: tuple[str, ...], *, delivered: bool) -> None:
        row = self.faults.get((rule, kinds))
        if row is None:
            if len(self.faults) >= MOST_RULES:
                rule = OTHER
            row = self.faults.setdefault((rule, kinds), [0, 0])
        row[0] += 1
        row[1] += delivered
