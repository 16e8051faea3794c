"""Every figure that a load test measures, by name; what targets, pages and comparisons go by."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from loadtests.judging import amplification, delays, footprint, savings, service, spending
from reports.load import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadtests.judging.case import Case
    from loadtests.judging.figure import FigureKind, Measured

FIGURES: Mapping[str, FigureKind] = MappingProxyType(
    {
        kind.name: kind
        for theme in (service, amplification, delays, savings, spending, footprint)
        for kind in theme.FIGURES
    }
)
"""In the order in which people read them: service, load, time, economy, footprint."""


def figures_of(case: Case) -> tuple[Figure, ...]:
    """All figures of all lanes that have a value, and those that never came to be.

    Of what a lane's client does not claim to do, or does not do as the control, there is none.
    """
    return tuple(
        figure_of(kind, measured, name)
        for name, lane in case.lanes.items()
        for kind in FIGURES.values()
        if (lane is case.client and not case.claims.isdisjoint(kind.claims)) or not kind.claims
        if (measured := kind.measure(lane)).value is not None
    )


def figure_of(kind: FigureKind, measured: Measured, lane: str) -> Figure:
    """A figure as the results hold it."""
    return Figure(
        name=kind.name,
        label=kind.label,
        lane=lane,
        value=_rounded(measured.value),
        unit=kind.unit,
        better=kind.better,
        low=_rounded(measured.low),
        high=_rounded(measured.high),
        n=measured.n,
        detail=measured.detail,
    )


def _rounded(value: float | None) -> float | None:
    """Microseconds, micro-units: finer than that nobody measures."""
    return None if value is None else round(value, 6)
