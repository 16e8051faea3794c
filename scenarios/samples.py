"""Statistics of small samples, without a library (behaviours/reading.md sections 0.9 and 5).

Pure functions of numbers; :mod:`scenarios.checks` turns them into checks.
"""

from __future__ import annotations

from math import erfc, exp, lgamma, log, sqrt
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def mann_whitney_p(smaller: Sequence[float], larger: Sequence[float]) -> float:
    """One-sided p-value for "values of `larger` tend to exceed values of `smaller`".

    Exact when no value occurs twice; else the normal approximation with the corrections for ties
    and continuity.

    Raises:
        ValueError: One of the samples is empty.
    """
    if not smaller or not larger:
        raise ValueError("the Mann-Whitney test needs a value in each sample")
    wins = sum((y > x) + 0.5 * (y == x) for x in smaller for y in larger)
    pooled = sorted([*smaller, *larger])
    if len(set(pooled)) == len(pooled):
        return _exact_tail(len(smaller), len(larger), round(wins))
    return _normal_tail(len(smaller), len(larger), wins, pooled)


def _exact_tail(n: int, m: int, wins: int) -> float:
    """P(U >= wins) when both samples come from one distribution without ties."""
    ways = _arrangements(n, m)
    return sum(ways[wins:]) / sum(ways)


def _arrangements(n: int, m: int) -> list[int]:
    """How many orders of n and m values give each U: the coefficients of a Gaussian binomial.

    The product of (1 - q^(m+i)) / (1 - q^i) for i in 1..n, kept as integer coefficients.
    """
    size = n * m + 1
    ways = [1] + [0] * (size - 1)
    for i in range(1, n + 1):
        for u in range(size - 1, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, size):
            ways[u] += ways[u - i]
    return ways


def _normal_tail(n: int, m: int, wins: float, pooled: Sequence[float]) -> float:
    total = n + m
    ties = sum(pooled.count(value) ** 3 - pooled.count(value) for value in set(pooled))
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    z = (wins - n * m / 2 - 0.5) / sqrt(variance)
    return 0.5 * erfc(z / sqrt(2))


def relative_spread(values: Sequence[float]) -> float:
    """Inter-decile range divided by the median: 0 for a constant, about 0.8 x for full jitter.

    Raises:
        ValueError: Fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("a spread needs two values at least")
    middle = median(values)
    deciles = quantiles(values, n=10, method="inclusive")
    return (deciles[-1] - deciles[0]) / middle if middle > 0 else 0.0


def lower_spread(values: Sequence[float]) -> float:
    """Twice the way from the first decile to the median, divided by the median.

    The same as :func:`relative_spread` where values lie evenly about their median; but what only
    makes values larger, as a busy machine does to pauses, hardly enters.

    Raises:
        ValueError: Fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("a spread needs two values at least")
    middle = median(values)
    first = quantiles(values, n=10, method="inclusive")[0]
    return 2 * (middle - first) / middle if middle > 0 else 0.0


def clean_trials_bound(trials: int) -> float:
    """Upper 95 % bound of a rate that showed no event in `trials` trials (about 3/n)."""
    return 1.0 if trials <= 0 else 1 - 0.05 ** (1 / trials)


def largest_share(values: Sequence[float], width: float) -> float:
    """The largest share of the values that lies within any stretch of `width`: whether they herd.

    Raises:
        ValueError: No value.
    """
    if not values:
        raise ValueError("a share needs a value at least")
    ordered = sorted(values)
    first, most = 0, 0
    for last, value in enumerate(ordered):
        while ordered[first] < value - width:
            first += 1
        most = max(most, last - first + 1)
    return most / len(ordered)


def most_by_chance(trials: int, rate: float, alpha: float = 0.001) -> int:
    """The most events in `trials` that chance explains: more come with probability `alpha` at most.

    Each trial shows one with probability `rate` (0 to 1), independently of the others.
    """
    if rate <= 0:
        return 0
    if rate >= 1:
        return trials
    beyond = 1.0
    for count in range(trials):
        beyond -= exp(
            _log_ways(trials, count) + count * log(rate) + (trials - count) * log(1 - rate)
        )
        if beyond <= alpha:
            return count
    return trials


def _log_ways(trials: int, count: int) -> float:
    return lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
