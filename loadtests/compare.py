"""``pawa-load compare``: reads two runs, prints what changed, and writes a page with both."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from loadtests.errors import InputError
from reports.document import ReportError, read_results
from reports.load_compare import Change, compare, difference_text
from reports.load_compare_page import compare_page, in_order
from reports.load_figures import figure_text
from reports.terminal import console_for
from reports.text import visible
from reports.writing import write_whole

if TYPE_CHECKING:
    from reports.load import Figure
    from reports.load_compare import Comparison, FigureChange
    from reports.results import Results

SCHEMA = "pawa-resilience/comparison/1"

STYLES = {Change.WORSE: "bold red", Change.BETTER: "green", Change.SAME: "dim"}


def compare_runs(first: str, second: str, *, out: str | None = None, as_json: bool = False) -> int:
    """Compare two runs, each a ``results.json`` or the folder that holds it; 0 once that is done.

    ``out`` is the folder for ``index.html``. A difference is a finding, not a failure.

    Raises InputError for what cannot be read, compared or written.
    """
    try:
        comparison = compare(_read(first), _read(second), (first, second))
        page = None if out is None else Path(out) / "index.html"
        if page is not None:
            write_whole(page, compare_page(comparison).encode())
    except ReportError as error:
        raise InputError(str(error)) from None
    if as_json:
        sys.stdout.write(json.dumps(as_document(comparison), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(comparison, page)
    return 0


def as_document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON objects, for programs."""
    load, _ = comparison.loads
    return {
        "schema": SCHEMA,
        "profile": load.profile,
        "quick": load.quick,
        "first": _run(comparison.first),
        "second": _run(comparison.second),
        "figures": [_figure(one) for one in comparison.figures],
        "rows": [
            {"id": row.id, "first": row.first, "second": row.second, "reason": row.reason}
            for row in comparison.rows
        ],
        "control": [_figure(one) for one in comparison.control],
    }


def _read(place: str) -> Results:
    path = Path(place)
    return read_results(path / "results.json" if path.is_dir() else path)


def _run(results: Results) -> dict[str, Any]:
    return {
        "id": results.run.id,
        "client": results.client.spec,
        "started_at": results.run.started_at,
        "seed": results.run.seed,
        "complete": results.run.complete,
    }


def _figure(one: FigureChange) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "first": _value(one.first),
        "second": _value(one.second),
        "difference": one.difference,
        "change": one.change,
        "why": one.why,
    }


def _value(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {"value": figure.value, "low": figure.low, "high": figure.high, "n": figure.n}


def _print(comparison: Comparison, page: Path | None) -> None:
    console = console_for(sys.stdout)
    for name, results in (("A", comparison.first), ("B", comparison.second)):
        told = f"{name}  {results.client.spec}, seed {results.run.seed}, {results.run.started_at}"
        console.print(Text(visible(told)), soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    for heading in ("figure", "A", "B", "difference", "change"):
        table.add_column(heading, justify="right" if heading in "AB difference" else "left")
    for one in in_order(comparison):
        cells = (one.label, figure_text(one.first), figure_text(one.second), difference_text(one))
        table.add_row(
            *(Text(visible(cell)) for cell in cells), Text(one.change, STYLES.get(one.change, ""))
        )
    console.print()
    console.print(table)
    for row in comparison.rows:
        verdicts = " → ".join(_word(verdict) for verdict in (row.first, row.second))
        console.print(Text(visible(f"{row.id}: {verdicts}. {row.reason}")), soft_wrap=True)
    if comparison.control:
        labels = ", ".join(one.label for one in comparison.control)
        told = f"The control changed too ({labels}): the machine was not the same, or the schedule."
        console.print(Text(visible(told), "yellow"), soft_wrap=True)
    console.print(Text(comparison.headline, "bold"), soft_wrap=True)
    if page is not None:
        console.print(Text.assemble("page: ", (str(page), "bold")), soft_wrap=True)


def _word(verdict: str | None) -> str:
    return "not judged" if verdict is None else str(verdict).replace("_", " ")
