"""The page of two load tests: what changed, and the curves of both on one time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.load_compare import Change, Comparison, difference_text
from reports.load_page import chart_script, document_of, drawn_charts
from reports.load_panels import panels_of_two
from reports.run_page import date_text
from reports.templates import render

if TYPE_CHECKING:
    from reports.load_compare import FigureChange

ORDER = (Change.WORSE, Change.BETTER, Change.NOT_COMPARABLE, Change.SAME)
"""What a reader wants first."""


def compare_page(comparison: Comparison) -> str:
    """The whole page as one self-contained HTML document.

    Raises :class:`~reports.document.ReportError` where Bokeh is not installed.
    """
    loads = comparison.loads
    charts = drawn_charts(panels_of_two(*loads, ("A", "B")), loads)
    return render(
        "compare.html.j2",
        scripts=[charts.script, chart_script()],
        comparison=comparison,
        load=loads[0],
        charts=document_of(charts),
        runs=[
            (name, results, date_text(results.run.started_at))
            for name, results in (("A", comparison.first), ("B", comparison.second))
        ],
        figures=[(one, difference_text(one)) for one in in_order(comparison)],
    )


def in_order(comparison: Comparison) -> tuple[FigureChange, ...]:
    """All figures, what became worse first."""
    return tuple(sorted(comparison.figures, key=lambda one: ORDER.index(one.change)))
