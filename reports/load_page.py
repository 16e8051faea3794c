"""The page of a load test: what was missed, the figures, the run over time, then the proof.

The page of any run (:mod:`reports.run_page`) with charts in it. They are drawn by Bokeh, which is
imported when the first such page is made.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from reports.document import ReportError
from reports.load_figures import MAIN, counts_of_lanes, figure_lines
from reports.load_panels import panels_of
from reports.run_page import load_command, page_values
from reports.templates import FOLDER, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.load import Load
    from reports.load_charts import Charts
    from reports.load_panels import Panel
    from reports.results import Results, Row

PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""A file beside the page, and never an address."""

NO_BOKEH = (
    "the page of a load test is drawn with Bokeh, which is not installed; "
    "pip install 'pawa-resilience[load]' brings it"
)


def load_page(results: Results, load: Load) -> str:
    """The whole page as one self-contained HTML document; ``load`` is that of ``results``.

    Raises :class:`~reports.document.ReportError` where Bokeh is not installed.
    """
    charts = drawn_charts(panels_of(load), [load])
    judged = targets(results)
    main = figure_lines(load, {*MAIN, *judged})
    return render(
        "load.html.j2",
        scripts=[charts.script, chart_script()],
        **page_values(results),
        load=load,
        charts=document_of(charts),
        main=main,
        further=[line for line in figure_lines(load) if line not in main],
        targets=judged,
        lanes=counts_of_lanes(load.counts),
        again=load_command(results, load),
        files=beside(load),
    )


def drawn_charts(panels: Sequence[Panel], loads: Sequence[Load]) -> Charts:
    """The panels drawn. Raises :class:`~reports.document.ReportError` where Bokeh is missing."""
    try:
        from reports.load_charts import draw  # noqa: PLC0415 - other pages do without Bokeh
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "bokeh":
            raise
        raise ReportError(NO_BOKEH) from None
    return draw(panels, loads)


def document_of(charts: Charts) -> Markup:
    """The charts as data inside a page: it has no sign that a browser takes for markup."""
    return Markup(charts.document)  # noqa: S704 (every "<" in it is spelled in hexadecimal)


@cache
def chart_script() -> str:
    """Our own few lines that hand the data to Bokeh."""
    return (FOLDER / "load.js").read_text("utf-8")


def targets(results: Results) -> dict[str, Row]:
    """The rows that judged figures against targets, by the name of the figure."""
    prefix = "TARGET-"
    return {row.id.removeprefix(prefix): row for row in results.rows if row.id.startswith(prefix)}


def beside(load: Load) -> tuple[tuple[str, str], ...]:
    """Locust's own files: what each is, and its name in the page's own folder.

    What a document names elsewhere is not linked.
    """
    return tuple((what, name) for what, name in load.files.items() if PLAIN_NAME.fullmatch(name))
