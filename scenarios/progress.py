"""Live progress of a run: a bar on a terminal, one line a row anywhere else, or JSON Lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self, TextIO

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from reports.terminal import STYLES
from reports.words import VERDICT_WORDS

if TYPE_CHECKING:
    from rich.console import Console

    from reports.results import Results
    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.clients.protocol import Manifest
    from scenarios.engine import Judged

SHOWN = 4
"""So many of the rows that still run are named beside the bar."""


class LiveProgress:
    """Prints each verdict as it is reached; on a terminal with a bar below. A context manager."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._running: dict[str, None] = {}
        self.results: Results | None = None
        """What came out, when the run has ended."""
        self._bar = Progress(
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", style="dim"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting the client", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def run_started(self, manifest: Manifest) -> None:
        """The client has said hello."""
        known = " ".join(word for word in (manifest.name, manifest.version) if word)
        self._console.print(Text(f"judging {known}"))

    def row_started(self, row: CatalogueRow) -> None:
        """The scenario of a row has begun."""
        self._running[row.id] = None
        self._describe()

    def row_judged(self, judged: Judged) -> None:
        """A row has its verdict."""
        self._running.pop(judged.row.id, None)
        word = VERDICT_WORDS[judged.verdict]
        self._console.print(
            Text.assemble(
                (f"{word.sign} {word.label:13}", STYLES[judged.verdict]),
                f" {judged.row.id:10} {judged.duration_s:6.1f} s",
            )
        )
        self._bar.advance(self._task)
        self._describe()

    def run_ended(self, results: Results) -> None:
        """All is over and written."""
        self.results = results

    def _describe(self) -> None:
        names = list(self._running)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        self._bar.update(self._task, description=", ".join(names[:SHOWN]) + more)


class JsonProgress:
    """Tells each event of a run as one JSON object on a line of its own: for programs.

    ``{"event": "started", "client": …, "rows": n}``, then for each row
    ``{"event": "judged", "row": …, "verdict": …, "duration_s": …}``, and ``{"event": "ended"}``.
    """

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self.results: Results | None = None
        """What came out, when the run has ended."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run_started(self, manifest: Manifest) -> None:
        """The client has said hello."""
        self._tell(event="started", client=manifest.name, rows=self._total)

    def row_started(self, row: CatalogueRow) -> None:
        """Not told: a program that counts needs the verdicts only."""

    def row_judged(self, judged: Judged) -> None:
        """A row has its verdict."""
        self._tell(
            event="judged",
            row=judged.row.id,
            verdict=judged.verdict.value,
            duration_s=round(judged.duration_s, 3),
        )

    def run_ended(self, results: Results) -> None:
        """All is over and written."""
        self.results = results
        self._tell(event="ended")

    def _tell(self, **event: Any) -> None:
        self._stream.write(json.dumps(event) + "\n")
        self._stream.flush()
