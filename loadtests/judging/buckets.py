"""The time axis of a run, cut into even pieces, and what falls into each."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from loadtests.judging.intervals import nearest_rank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST = 600
"""So many points of a line are as many as a page has room for."""

STEPS_S = (0.25, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Buckets:
    """``count`` pieces of ``step_s`` each, from the start of the run."""

    step_s: float
    count: int

    @classmethod
    def of(cls, end_s: float, *, quick: bool) -> Buckets:
        """Pieces up to ``end_s``: of 0.25 s in the quick form, else of a second or more."""
        usual = STEPS_S if quick else STEPS_S[1:]
        step_s = next((step for step in usual if end_s <= step * MOST), end_s / MOST)
        return cls(step_s, min(MOST, max(1, ceil(end_s / step_s))))

    @property
    def times_s(self) -> tuple[float, ...]:
        """When each begins."""
        return tuple(number * self.step_s for number in range(self.count))

    def place(self, at_s: float) -> int:
        """The piece of a moment; what lies outside falls into the nearest one."""
        return min(self.count - 1, max(0, int(at_s / self.step_s)))

    def rates(self, moments: Iterable[float]) -> list[float | None]:
        """How many of the moments fall into each, for a second of it; nought is a number too."""
        counts = [0] * self.count
        for at_s in moments:
            counts[self.place(at_s)] += 1
        return [count / self.step_s for count in counts]

    def percentiles(
        self, points: Iterable[tuple[float, float]], *shares: float
    ) -> list[list[float | None]]:
        """A line for each share: percentiles of the values whose moments fall into each piece."""
        sorted_values = [sorted(values) for values in self._gathered(points)]
        return [[nearest_rank(values, share) for values in sorted_values] for share in shares]

    def folded(
        self, points: Iterable[tuple[float, float]], fold: Callable[[Sequence[float]], float]
    ) -> list[float | None]:
        """One value for each piece made of all that fall into it; None where none does."""
        return [fold(values) if values else None for values in self._gathered(points)]

    def _gathered(self, points: Iterable[tuple[float, float]]) -> list[list[float]]:
        gathered: list[list[float]] = [[] for _ in range(self.count)]
        for at_s, value in points:
            gathered[self.place(at_s)].append(value)
        return gathered


def summed(lines: Iterable[Sequence[float | None]]) -> list[float | None]:
    """Lines of several servers as one; None where none of them has a value."""
    return [
        sum(value for value in values if value is not None)
        if any(value is not None for value in values)
        else None
        for values in zip(*lines, strict=True)
    ]


def carried_on(line: Iterable[float | None]) -> list[float | None]:
    """A line that goes on with its last value where it has none."""
    kept: list[float | None] = []
    for value in line:
        kept.append(kept[-1] if value is None and kept else value)
    return kept
