"""The figures of a load test as people read them: a line each, the client beside the control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.text import seconds, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reports.load import Figure, Load

MAIN = (
    "success_share",
    "goodput_per_s",
    "amplification",
    "amplification_in_fault",
    "first_second_peak",
    "goodput_share_in_recovery",
    "time_to_recover_s",
    "delay_p50_s",
    "delay_p95_s",
    "delay_p99_s",
    "first_token_p95_s",
    "cache_hit_share",
    "spend_units",
    "queue_peak",
    "lag_p99_ms",
)
"""What a terminal has room for; the page shows every figure."""

NOTHING = "—"
"""Stands where there was nothing to measure."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure of both lanes; a lane that does not have it is None."""

    name: str
    label: str
    client: Figure | None
    control: Figure | None


def figure_lines(load: Load, names: Iterable[str] | None = None) -> tuple[FigureLine, ...]:
    """A line for each figure, in the document's order; only those of ``names`` where given."""
    wanted = None if names is None else set(names)
    labels = {one.name: one.label for one in load.figures}
    return tuple(
        FigureLine(name, label, load.figure(name), load.figure(name, "control"))
        for name, label in labels.items()
        if wanted is None or name in wanted
    )


def figure_text(figure: Figure | None) -> str:
    """Its value with its unit; a dash where there is none."""
    return NOTHING if figure is None else amount(figure.value, figure.unit)


def bounds_text(figure: Figure | None) -> str:
    """Between what the truth lies, at 99 % confidence; empty where that is not known.

    One bound alone is told as such: a p99 of few calls has no upper one.
    """
    if figure is None or figure.value is None:
        return ""
    low, high = amount(figure.low, figure.unit), amount(figure.high, figure.unit)
    if figure.low is None and figure.high is None:
        return ""
    if figure.high is None:
        return f"{low} or more"
    if figure.low is None:
        return f"{high} or less"
    if low == high:
        return low
    # The unit stands once, but for times, which may have one each.
    return f"{low if figure.unit == 's' else low.partition(' ')[0]} to {high}"


def amount(value: float | None, unit: str) -> str:
    """A number with its unit, shares in per cent, times in what suits them."""
    if value is None:
        return NOTHING
    match unit:
        case "share":
            return f"{value * 100:.4g} %"
        case "s":
            return seconds(value)
        case _:
            number = value_text(round(value, 3) if abs(value) >= 1 else value)
            return f"{number} {unit}".rstrip()


def counts_of_lanes(counts: Mapping[str, int]) -> tuple[tuple[str, int | None, int | None], ...]:
    """What was counted, by name: the client's number and the control's."""
    own = {name: count for name, count in counts.items() if not name.startswith("control.")}
    control = {
        name.removeprefix("control."): count
        for name, count in counts.items()
        if name.startswith("control.")
    }
    names = dict.fromkeys([*own, *control])
    return tuple((name.replace("_", " "), own.get(name), control.get(name)) for name in names)
