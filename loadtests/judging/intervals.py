"""How far a number may lie from the truth: bounds at 99 % confidence, computed without chance.

They hold for calls that fare independently of each other. An outage hits neighbouring calls alike,
so two runs of a short one can differ by more; but both went through the same seeded schedule, which
takes most of that away.
"""

from __future__ import annotations

from math import ceil, exp, inf, lgamma, log, sqrt
from statistics import NormalDist, fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.99
TAIL = (1 - CONFIDENCE) / 2
"""What lies outside on each side."""

Z = NormalDist().inv_cdf(1 - TAIL)
"""So many standard deviations of the normal distribution leave that outside (2.58)."""

FEWEST = 20
"""Observations below which the bounds of a mean are none."""

Bounds = tuple[float | None, float | None]
NO_BOUNDS: Bounds = (None, None)


def share_bounds(hits: int, of: int) -> Bounds:
    """Wilson's score interval of a share; it stays within 0 and 1, also where all or none hit."""
    if of <= 0:
        return NO_BOUNDS
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    reach = Z / (1 + spread) * sqrt(share * (1 - share) / of + spread / (4 * of))
    low = 0.0 if hits <= 0 else max(0.0, middle - reach)
    high = 1.0 if hits >= of else min(1.0, middle + reach)
    return low, high


def mean_bounds(values: Sequence[float]) -> Bounds:
    """About the mean, by the central limit theorem; none of fewer than ``FEWEST`` values."""
    if len(values) < FEWEST:
        return NO_BOUNDS
    middle = fmean(values)
    reach = Z * stdev(values, middle) / sqrt(len(values))
    return middle - reach, middle + reach


def nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least ``share`` of all do not exceed; None of nothing.

    It is always a value that was seen. ``ordered`` is in ascending order.

    >>> nearest_rank([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    return ordered[_rank(len(ordered), share) - 1] if ordered else None


def quantile_bounds(ordered: Sequence[float], share: float) -> Bounds:
    """Two of the values, between which the true quantile lies, whatever the distribution is.

    The number of values below the true quantile is binomial; a bound is None where there are too
    few values to have it (the upper one of p99 needs 528).
    """
    of = len(ordered)
    below = _binomial_quantile(of, share)
    above = of - _binomial_quantile(of, 1 - share) + 1
    low = ordered[below - 1] if below >= 1 else None
    high = ordered[above - 1] if above <= of else None
    return low, high


def _rank(of: int, share: float) -> int:
    """The 1-based place; a hair is taken off, so that 0.95 of 20 is 19 in binary fractions too."""
    return min(of, max(1, ceil(share * of - 1e-9)))


def _binomial_quantile(of: int, chance: float) -> int:
    """The largest k with P(fewer than k of ``of``) <= TAIL."""
    spread = sqrt(of * chance * (1 - chance))
    # What lies 9 standard deviations and more below the mean adds nothing that can be seen.
    start = max(0, int(of * chance - 9 * spread - 9))
    total = 0.0
    for k in range(start, of + 1):
        total += exp(_log_chance(of, k, chance))
        if total > TAIL:
            return k
    return of


def _log_chance(of: int, k: int, chance: float) -> float:
    if chance in (0, 1):
        return 0.0 if k == of * chance else -inf
    ways = lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1)
    return ways + k * log(chance) + (of - k) * log(1 - chance)
