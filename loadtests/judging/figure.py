"""What a figure is: one number about one lane of a run, how it is measured, and why it matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadtests.judging.intervals import (
    NO_BOUNDS,
    mean_bounds,
    nearest_rank,
    quantile_bounds,
    share_bounds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from loadtests.judging.case import LaneCase


@dataclass(frozen=True, slots=True)
class Measured:
    """A number and how sure it is: bounds at 99 % confidence, out of ``n`` observations.

    ``value`` None: there was nothing to measure. Infinity: it never came to be (a service that
    never recovered), which misses every ceiling. Bounds are None where there are none (maxima, too
    few observations).
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    detail: str = ""

    def times(self, factor: float) -> Measured:
        """The same in another unit."""
        scaled = [
            None if one is None else one * factor for one in (self.value, self.low, self.high)
        ]
        return replace(self, value=scaled[0], low=scaled[1], high=scaled[2])


NOTHING = Measured(None)

SHARE = "share"
"""The unit of what is a part of something, 0 to 1."""


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One figure that can be measured, shown and given a target.

    ``better`` is ``higher``, ``lower`` or empty; ``meaning`` says what it tells; ``default_why``
    why the usual target is what it is, and where that comes from. ``claims``: a client that claims
    none of these has no target of this kind to meet. ``streams``: it is about streams alone.
    """

    name: str
    label: str
    unit: str
    better: str
    meaning: str
    default_why: str
    measure: Callable[[LaneCase], Measured]
    claims: frozenset[str] = frozenset()
    streams: bool = False


def share_of(hits: int, of: int, detail: str = "") -> Measured:
    """A share with its bounds; nothing of nothing."""
    if not of:
        return NOTHING
    low, high = share_bounds(hits, of)
    return Measured(hits / of, low, high, of, detail)


def mean_of(values: Sequence[float], detail: str = "") -> Measured:
    """A mean with its bounds; nothing of nothing."""
    if not values:
        return NOTHING
    low, high = mean_bounds(values)
    return Measured(sum(values) / len(values), low, high, len(values), detail)


def percentile_of(values: Iterable[float], share: float, detail: str = "") -> Measured:
    """A percentile by nearest rank with its bounds; nothing of nothing."""
    ordered = sorted(values)
    low, high = quantile_bounds(ordered, share) if ordered else NO_BOUNDS
    return Measured(nearest_rank(ordered, share), low, high, len(ordered), detail)


def peak_of(values: Iterable[float], detail: str = "") -> Measured:
    """The largest; a maximum has no bounds."""
    seen = list(values)
    return Measured(max(seen), n=len(seen), detail=detail) if seen else NOTHING
