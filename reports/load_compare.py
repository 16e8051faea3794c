"""Two load tests of the same profile, figure by figure: better, worse, or the same within noise.

A figure with bounds has changed when the bounds of the two runs, each at 99 % confidence, do not
meet. A figure without bounds has changed when it differs by more than ``TOLERANCE`` of the larger
value and by more than the finest step that is worth telling (``FINEST``). Times must differ by
``NOTICED`` besides: the bounds say how a run could have gone, not how the machine was that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from reports.document import ReportError
from reports.load_figures import MAIN, NOTHING, amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.load import Figure, Load
    from reports.results import Results, Verdict

TOLERANCE = 0.2
"""By how much of the larger value figures without bounds may differ and be the same."""

FINEST = {"s": 0.25, "ms": 5.0, "MB": 1.0, "share": 0.01, "units": 0.01}
"""Differences up to this are noise in a figure without bounds: a quick run's piece of time, what
an allocator takes at once, a hundredth. Counts have none: one hung call is one."""


NOTICED = 0.05
CLOCKED = frozenset({"s", "ms", "tokens/s"})
"""Times of many calls have very narrow bounds; below this part of the value they are the same."""


class Change(StrEnum):
    """What became of a figure from the first run to the second."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same within noise"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure of both runs; ``why`` says what decided."""

    name: str
    label: str
    unit: str
    first: Figure | None
    second: Figure | None
    change: Change
    why: str

    @property
    def difference(self) -> float | None:
        """The second run's value less the first's; None where one has none."""
        if self.first is None or self.second is None:
            return None
        if self.first.value is None or self.second.value is None:
            return None
        return round(self.second.value - self.first.value, 6)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row whose verdict is another one; None where a run did not judge it."""

    id: str
    first: Verdict | None
    second: Verdict | None
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs of one profile in one form; ``control`` are the control's figures that changed.

    The control is the same client in both runs: where it changed, the machine or the schedule did.
    """

    first: Results
    second: Results
    figures: tuple[FigureChange, ...]
    rows: tuple[RowChange, ...]
    control: tuple[FigureChange, ...]

    @property
    def loads(self) -> tuple[Load, Load]:
        """The load tests of both, which both have."""
        first, second = self.first.load, self.second.load
        if first is None or second is None:
            raise ValueError("a comparison is of two load tests")
        return first, second

    def having(self, change: Change) -> tuple[FigureChange, ...]:
        """The figures of which that became."""
        return tuple(one for one in self.figures if one.change is change)

    @property
    def headline(self) -> str:
        """Both runs in a sentence."""
        better, worse = len(self.having(Change.BETTER)), len(self.having(Change.WORSE))
        if not better and not worse:
            return "No figure changed beyond noise."
        return f"From A to B {_figures(better)} better and {worse} worse."


def compare(first: Results, second: Results, names: tuple[str, str] = ("A", "B")) -> Comparison:
    """Both runs side by side. ``names`` are what they are called in errors.

    Raises :class:`~reports.document.ReportError` where they are not of one profile in one form.
    """
    loads = _load_of(first, names[0]), _load_of(second, names[1])
    told = [f"{load.profile!r} {'in its quick form' if load.quick else 'whole'}" for load in loads]
    if told[0] != told[1]:
        raise ReportError(
            f"{names[0]} is a run of {told[0]}, {names[1]} of {told[1]}; "
            "compare runs of the same profile in the same form"
        )
    return Comparison(
        first=first,
        second=second,
        figures=tuple(_changes(*loads, "client")),
        rows=tuple(_rows(first, second)),
        control=tuple(
            one
            for one in _changes(*loads, "control")
            if one.name in MAIN and one.change in (Change.BETTER, Change.WORSE)
        ),
    )


def change_of(first: Figure | None, second: Figure | None) -> tuple[Change, str]:
    """What became of a figure, and what decided."""
    if first is None or second is None or first.value is None or second.value is None:
        return Change.NOT_COMPARABLE, "a run has no value"
    if first.unit != second.unit:
        return Change.NOT_COMPARABLE, "in another unit"
    lower, higher = (first, second) if first.value <= second.value else (second, first)
    if lower.high is not None and higher.low is not None:
        apart = higher.low > lower.high
        told = "the bounds do not meet" if apart else "the bounds meet"
        if apart and not _noticed(first.value, second.value, first.unit):
            apart, told = False, f"within {NOTICED:.0%}, as one machine differs from itself"
    else:
        apart = not _near(first.value, second.value, first.unit)
        told = f"{'apart by more than' if apart else 'within'} {TOLERANCE:.0%}"
        if apart and _bounded(first) and _bounded(second):
            return Change.NOT_COMPARABLE, "too few observations for the bound between them"
    return (_direction(first, second), told) if apart else (Change.SAME, told)


def difference_text(change: FigureChange) -> str:
    """The difference with its sign; of shares in points of a per cent."""
    difference = change.difference
    if difference is None:
        return NOTHING
    sign = "+" if difference > 0 else "-" if difference < 0 else "±"
    if change.unit == "share":
        return f"{sign}{abs(difference) * 100:.4g} points"
    return f"{sign}{amount(abs(difference), change.unit)}"


def _load_of(results: Results, name: str) -> Load:
    if results.load is None:
        raise ReportError(f"{name} is no load test; give the results of `pawa-load run`")
    return results.load


def _changes(first: Load, second: Load, lane: str) -> Iterator[FigureChange]:
    every = [one for load in (first, second) for one in load.figures if one.lane == lane]
    for name in dict.fromkeys(one.name for one in every):
        pair = first.figure(name, lane), second.figure(name, lane)
        known = next(one for one in every if one.name == name)
        change, why = change_of(*pair)
        yield FigureChange(name, known.label, known.unit, *pair, change, why)


def _rows(first: Results, second: Results) -> Iterator[RowChange]:
    before = {row.id: row for row in first.rows}
    after = {row.id: row for row in second.rows}
    for row_id in dict.fromkeys([*before, *after]):
        was, now = before.get(row_id), after.get(row_id)
        verdicts = (was.verdict if was else None, now.verdict if now else None)
        if verdicts[0] is not verdicts[1]:
            told = now or was
            yield RowChange(row_id, *verdicts, told.reason if told else "")


def _bounded(figure: Figure) -> bool:
    return figure.low is not None or figure.high is not None


def _near(first: float, second: float, unit: str) -> bool:
    apart = abs(first - second)
    return apart <= max(TOLERANCE * max(abs(first), abs(second)), FINEST.get(unit, 0.0))


def _noticed(first: float, second: float, unit: str) -> bool:
    """Whether bounded values differ by more than one machine's clock does from run to run."""
    return unit not in CLOCKED or abs(first - second) > NOTICED * max(abs(first), abs(second))


def _direction(first: Figure, second: Figure) -> Change:
    """Which way a figure went; where neither way is better there is nothing to say."""
    if first.value is None or second.value is None or not first.better:
        return Change.NOT_COMPARABLE
    rose = second.value > first.value
    return Change.BETTER if rose == (first.better == "higher") else Change.WORSE


def _figures(count: int) -> str:
    return f"{count} figure is" if count == 1 else f"{count} figures are"
