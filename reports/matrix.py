"""The page of several clients: rows by clients, every cell with a link to its proof."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from reports.document import ReportError, read_results
from reports.results import Results, Row, Verdict, row_order
from reports.run_page import counts_in_order, date_text, headline
from reports.templates import render
from reports.text import anchor
from reports.words import VERDICT_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Entry = tuple[str, Results]
"""The name of a folder, beside the page, and the results of the run whose page is in it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One client: its folder, its results, and where its page is."""

    folder: str
    results: Results
    href: str
    headline: str
    date: str
    counts: tuple[tuple[Verdict, int], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one client did about one row; ``row`` is None where the run did not judge it."""

    row: Row | None
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the catalogue, and what each client did about it."""

    row: Row
    cells: tuple[Cell, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of the line, each once, what is broken first."""
        found = {cell.row.verdict for cell in self.cells if cell.row}
        return tuple(verdict for verdict in VERDICT_WORDS if verdict in found)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one group of rows."""

    name: str
    lines: tuple[Line, ...]


def matrix_page(entries: Sequence[Entry]) -> str:
    """The whole page as one self-contained HTML document; columns in the order of ``entries``."""
    columns = [_column(folder, results) for folder, results in entries]
    lines = _lines(columns)
    return render(
        "matrix.html.j2",
        columns=columns,
        groups=[
            Group(name, tuple(members))
            for name, members in groupby(lines, key=lambda line: line.row.group)
        ],
        verdicts=[word for word in VERDICT_WORDS if any(word in line.verdicts for line in lines)],
    )


def read_entries(folder: Path) -> list[Entry]:
    """The runs in the folders inside ``folder``, by name.

    Raises :class:`~reports.document.ReportError` when there are none, or one cannot be read.
    """
    if not folder.is_dir():
        raise ReportError(f"{folder}: no such folder; give the one that holds a folder per client")
    found = sorted(folder.glob("*/results.json"))
    if not found:
        raise ReportError(f"{folder}: no folder in it has a results.json; run the scenarios first")
    return [(path.parent.name, read_results(path)) for path in found]


def _column(folder: str, results: Results) -> Column:
    return Column(
        folder=folder,
        results=results,
        href=f"{quote(folder)}/index.html",
        headline=headline(results),
        date=date_text(results.run.started_at),
        counts=tuple((verdict, count) for verdict, count in counts_in_order(results) if count),
    )


def _lines(columns: Sequence[Column]) -> list[Line]:
    by_id: dict[str, Row] = {}
    for column in columns:
        for row in column.results.rows:
            by_id.setdefault(row.id, row)
    judged = [{row.id: row for row in column.results.rows} for column in columns]
    return [
        Line(
            row,
            tuple(
                Cell(rows.get(row.id), f"{column.href}#{anchor(row.id)}")
                for column, rows in zip(columns, judged, strict=True)
            ),
        )
        for row in sorted(by_id.values(), key=row_order)
    ]
