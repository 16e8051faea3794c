"""What the charts of a load test show: which lines stand together, and how each is drawn.

Pure data; :mod:`reports.load_charts` draws it. A panel of which a run has no line is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.load import Load, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONTROL = "control"

COLOURS = {
    "offered": "#8a929e",
    "attempts": "#d98200",
    "goodput": "#16976f",
    "delay.p50": "#3f7fd0",
    "delay.p95": "#8e5bd0",
    "delay.p99": "#d0468c",
    "first_token.p95": "#16976f",
    "in_flight": "#3f7fd0",
    "queue": "#d0468c",
    "at_work": "#16976f",
    "spend": "#d98200",
    "client.rss": "#3f7fd0",
    "client.open_files": "#d98200",
}
"""Of each line: told apart on white and on black, the same on every page."""

STACK = ("#d2493a", "#e08b2c", "#a463c9", "#4a86cf", "#3c9d84", "#b0567e", "#8c8c3a", "#7a808a")
"""Of kinds of errors, in the order of their names."""

GAUGES = frozenset({"in_flight", "queue", "at_work", "spend", "client.rss", "client.open_files"})
"""What is sampled, and is still there between two samples."""

ERRORS_TOTAL = "errors"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value for the middle of each piece of time of ``step_s``.

    ``joined``: it goes on over pieces without a value. ``right``: its unit has an axis of its own.
    """

    label: str
    unit: str
    step_s: float
    values: tuple[float | None, ...]
    colour: str
    dashed: bool = False
    joined: bool = False
    right: bool = False

    def points(self) -> tuple[list[float], list[float]]:
        """Where it is drawn; a piece without a value is a gap (NaN) unless it is joined."""
        places = [(number + 0.5) * self.step_s for number in range(len(self.values))]
        if self.joined:
            kept = [(x, y) for x, y in zip(places, self.values, strict=True) if y is not None]
            return [x for x, _ in kept], [y for _, y in kept]
        return places, [float("nan") if value is None else value for value in self.values]

    def at(self, at_s: float) -> float | None:
        """Its value in the piece of a moment; a joined line holds the one before."""
        place = int(at_s / self.step_s)
        if not 0 <= place < len(self.values):
            return None
        while self.joined and place > 0 and self.values[place] is None:
            place -= 1
        return self.values[place]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines on one axis. ``stack`` stands on each other as bars; ``log``: a logarithmic axis."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    stack: tuple[Line, ...] = ()
    log: bool = False

    @property
    def every(self) -> tuple[Line, ...]:
        """Stacked ones first, as they are told."""
        return (*self.stack, *self.lines)


@dataclass(frozen=True, slots=True)
class Theme:
    """What stands together: names of series of the client, and of the control behind them."""

    title: str
    unit: str
    client: tuple[str, ...]
    control: tuple[str, ...] = ()
    log: bool = False


THEMES = (
    Theme(
        "Calls and requests",
        "per second",
        ("offered", "attempts", "goodput"),
        ("offered", "attempts", "goodput"),
    ),
    Theme("Calls that failed, by kind", "calls/s", (), (ERRORS_TOTAL,)),
    Theme(
        "Delays",
        "seconds",
        ("delay.p50", "delay.p95", "delay.p99", "first_token.p95"),
        ("delay.p95",),
        log=True,
    ),
    Theme(
        "In flight, in the queue, at work",
        "requests",
        ("in_flight", "queue", "at_work"),
        ("in_flight", "queue"),
    ),
    Theme("Spend", "units", ("spend",), ("spend",)),
    Theme("The client's process", "MB", ("client.rss", "client.open_files")),
)
"""The panels from top to bottom."""

RIGHT = {"client.open_files"}
"""Lines with an axis of their own, at the right."""

ERRORS = THEMES[1]


def panels_of(load: Load) -> tuple[Panel, ...]:
    """The panels of one run: the client's lines, the control's dashed behind them."""
    found = []
    for theme in THEMES:
        lines = [*_lines(load, theme.client, "client"), *_lines(load, theme.control, CONTROL)]
        stack = tuple(_stack(load)) if theme is ERRORS else ()
        found.append(Panel(theme.title, theme.unit, tuple(lines), stack, theme.log))
    return tuple(panel for panel in found if panel.every)


def panels_of_two(first: Load, second: Load, names: tuple[str, str]) -> tuple[Panel, ...]:
    """The panels of two runs: the client's lines of the first, those of the second dashed."""
    found = []
    for theme in THEMES:
        wanted = (ERRORS_TOTAL,) if theme is ERRORS else theme.client
        lines = [
            *_lines(first, wanted, "client", suffix=names[0]),
            *_lines(second, wanted, "client", suffix=names[1], dashed=True),
        ]
        found.append(Panel(theme.title, theme.unit, tuple(lines), (), theme.log))
    return tuple(panel for panel in found if panel.every)


def phase_at(load: Load, at_s: float) -> str:
    """The name of the phase at a moment; empty after the last one."""
    starts = [span.start_s for span in load.spans]
    place = bisect_right(starts, at_s) - 1
    if place < 0 or at_s >= load.spans[place].end_s:
        return ""
    return load.spans[place].name


def end_of(loads: Sequence[Load]) -> float:
    """The last moment that there is anything to show of."""
    ends = [len(load.times_s) * load.step_s for load in loads]
    return max([*ends, *(span.end_s for load in loads for span in load.spans), 1.0])


def _lines(
    load: Load, names: Sequence[str], lane: str, *, suffix: str = "", dashed: bool = False
) -> Iterator[Line]:
    told = suffix or ("" if lane == "client" else lane)
    for name in names:
        found = _errors(load, lane) if name == ERRORS_TOTAL else load.line(name, lane)
        if found is None or all(value is None for value in found.values):
            continue
        yield Line(
            label=f"{found.label} ({told})" if told else found.label,
            unit=found.unit,
            step_s=load.step_s,
            values=tuple(found.values),
            colour=COLOURS.get(name, "#8a929e" if lane == CONTROL else STACK[0]),
            dashed=dashed or lane == CONTROL,
            joined=name in GAUGES,
            right=name in RIGHT,
        )


def _stack(load: Load) -> Iterator[Line]:
    kinds = _kinds(load, "client")
    for number, one in enumerate(kinds):
        colour = STACK[min(number, len(STACK) - 1)]
        yield Line(one.label, one.unit, load.step_s, tuple(one.values), colour)


def _errors(load: Load, lane: str) -> Series | None:
    """All kinds of errors of a lane together."""
    kinds = _kinds(load, lane)
    if not kinds:
        return None
    total = [
        sum(value or 0 for value in at) for at in zip(*(one.values for one in kinds), strict=True)
    ]
    return Series(ERRORS_TOTAL, "Calls that failed", kinds[0].unit, lane, total)


def _kinds(load: Load, lane: str) -> list[Series]:
    return [one for one in load.series if one.lane == lane and one.name.startswith("error.")]
