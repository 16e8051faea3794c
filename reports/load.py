"""The part of a results document that only a load test has: its time series and its figures.

All moments are seconds since the start of the traffic. ``lane`` is ``client`` for the client under
test, ``control`` for the same schedule with a client that never retries.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BETTER = ("higher", "lower", "")
"""Which way a figure is better; empty: neither is."""


@dataclass(frozen=True, slots=True)
class Span:
    """One phase: its name, what judgement took it for (``steady``, ``fault`` …), and its time."""

    name: str
    role: str
    start_s: float
    end_s: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: a value for each of the run's ``times_s``, None where there is none.

    ``name`` is fixed (``offered``, ``attempts``, ``goodput``, ``error.timeout``, ``delay.p95`` …),
    ``label`` is for people. A value that is no finite number is kept as None.
    """

    name: str
    label: str
    unit: str
    lane: str
    values: Sequence[float | None]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(map(_finite, self.values)))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number about a whole run.

    ``low`` and ``high`` bound it at 99 % confidence, where ``n`` observations allow it; a
    difference of two runs within these bounds is noise. ``value`` None: nothing to measure. What is
    no finite number is kept as None.
    """

    name: str
    label: str
    lane: str
    value: float | None
    unit: str
    better: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 0
    detail: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, _finite(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Load:
    """A load test's own part of the results.

    ``times_s`` are the beginnings of buckets of ``step_s``; every series has a value for each.
    ``counts`` are whole numbers by name (``scheduled``, ``finished``, ``running``, ``attempts`` …,
    those of the control begin with ``control.``). ``files`` are Locust's own reports beside the
    document, by what they are.
    """

    profile: str
    note: str
    quick: bool
    step_s: float
    times_s: Sequence[float]
    spans: Sequence[Span]
    series: Sequence[Series]
    figures: Sequence[Figure]
    counts: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("times_s", "spans", "series", "figures"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        uneven = [line.name for line in self.series if len(line.values) != len(self.times_s)]
        if uneven:
            raise ValueError(f"series {uneven[0]}: a value for each of times_s is needed")

    def figure(self, name: str, lane: str = "client") -> Figure | None:
        """A figure by its name; None when the run has none."""
        return next((one for one in self.figures if (one.name, one.lane) == (name, lane)), None)

    def line(self, name: str, lane: str = "client") -> Series | None:
        """A series by its name; None when the run has none."""
        return next((one for one in self.series if (one.name, one.lane) == (name, lane)), None)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
