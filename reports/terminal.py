"""What a run says at its end, in a terminal or in a log: short, the broken promises first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.load_figures import MAIN, bounds_text, figure_lines, figure_text
from reports.results import Call, Results, Row, Verdict
from reports.run_page import headline
from reports.text import seconds, value_text, visible
from reports.timeline import MAX_LANES
from reports.words import VERDICT_WORDS, ending_text, verdict_rank

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import TextIO

    from reports.load import Load

STYLES = {
    Verdict.FAIL: "bold red",
    Verdict.NOT_TESTABLE: "magenta",
    Verdict.HARNESS_FAULT: "magenta",
    Verdict.ADVISORY: "yellow",
    Verdict.PASS: "green",
    Verdict.NOT_CLAIMED: "dim",
}

HANGING = 4
"""By how much the further lines of a long one are indented on a terminal."""


def console_for(stream: TextIO) -> Console:
    """A console that colours only a terminal and that never cuts words out of a log."""
    if stream.isatty():
        return Console(file=stream, highlight=False)
    return Console(file=stream, highlight=False, width=200, color_system=None)


def print_summary(
    runs: Sequence[tuple[str, Results]], console: Console, page: Path | None = None
) -> None:
    """The table of counts per client, then every binding promise that was broken, then the page.

    Of a load test, few of whose rows are binding, every row that was not kept is told, and its main
    figures stand below.

    ``runs`` are the names under which the clients are shown, with their results.
    """
    console.print(_counts_table(runs))
    for name, results in runs:
        _print_findings(name, results, console)
    if page is not None:
        # A path is for copying: never broken.
        console.print(Text.assemble("page: ", (str(page), "bold")), soft_wrap=True)


def print_row(row: Row, console: Console) -> None:
    """One row with its checks, its attempts and its notes."""
    _say(_line(row), console)
    _say(_text(f"right: {row.right}"), console)
    console.print(_checks_table(row))
    for call in row.calls:
        _print_call(call, console)
    for line in row.log.splitlines():
        _say(_text(f"note: {line}"), console)


def _counts_table(runs: Sequence[tuple[str, Results]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("client")
    for word in VERDICT_WORDS.values():
        table.add_column(word.label, justify="right")
    for name, results in runs:
        counts = results.counts
        table.add_row(_text(name), *(_count(counts[verdict], verdict) for verdict in VERDICT_WORDS))
    return table


def _count(count: int, verdict: Verdict) -> Text:
    return Text(str(count), STYLES[verdict] if count else "dim")


def _print_findings(name: str, results: Results, console: Console) -> None:
    told = {Verdict.NOT_TESTABLE, Verdict.HARNESS_FAULT}
    if results.load is not None:
        told |= {Verdict.FAIL, Verdict.ADVISORY}
    others = [row for row in results.rows if row.verdict in told and not row.broken]
    console.print()
    _say(_text(f"{name}: {headline(results)}"), console)
    if not results.run.complete:
        _say(_text("  The run was interrupted."), console)
    for row in (*results.broken, *sorted(others, key=verdict_rank)):
        _say(Text("  ").append_text(_line(row)), console)
    if results.load is not None:
        _print_figures(results.load, console)


def _print_figures(load: Load, console: Console) -> None:
    """The main figures of a load test, the client beside the client that never retries."""
    lines = figure_lines(load, MAIN)
    if not lines:
        return
    with_control = any(line.control for line in lines)
    table = Table(box=None, pad_edge=False)
    table.add_column("  figure")
    table.add_column("client", justify="right")
    table.add_column("99 % between")
    if with_control:
        table.add_column("control", justify="right")
    for line in lines:
        cells = [f"  {line.label}", figure_text(line.client), bounds_text(line.client)]
        cells += [figure_text(line.control)] if with_control else []
        table.add_row(*map(_text, cells))
    console.print()
    console.print(table)


def _line(row: Row) -> Text:
    word = VERDICT_WORDS[row.verdict]
    return Text.assemble(
        (f"{word.sign} {word.label}", STYLES[row.verdict]),
        f"  {visible(row.id)}  {visible(row.severity)}  ",
        _text(row.reason or row.right),
    )


def _checks_table(row: Row) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("check", "measured", "target", "unit", "verdict"):
        table.add_column(name, overflow="fold")
    for check in row.checks:
        values = (check.name, value_text(check.measured), value_text(check.target), check.unit)
        label = Text(VERDICT_WORDS[check.verdict].label, STYLES[check.verdict])
        table.add_row(*map(_text, values), label)
    return table


def _print_call(call: Call, console: Console) -> None:
    _say(_text(f"call {call.label or call.token}: {call.outcome}"), console)
    for attempt in call.attempts[:MAX_LANES]:
        pause = "" if attempt.gap_s is None else f"after a pause of {seconds(attempt.gap_s)}, "
        _say(
            _text(
                f"  {attempt.number}: {pause}{attempt.status or 'no status'}, "
                f"{ending_text(attempt.ending)}, {seconds(attempt.start_s)} to "
                f"{'open' if attempt.end_s is None else seconds(attempt.end_s)}"
            ),
            console,
        )
    further = len(call.attempts) - MAX_LANES
    if further > 0:
        _say(_text(f"  {further} further attempts: see results.json"), console)


def _say(text: Text, console: Console) -> None:
    """One line: whole in a log, broken between words on a terminal, further lines indented."""
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    for number, line in enumerate(text.wrap(console, max(console.width - HANGING, 20))):
        console.print(Text(" " * HANGING if number else "").append_text(line))


def _text(text: str) -> Text:
    """Foreign text on one line: no markup is read out of it, no control sign reaches a terminal."""
    return Text(" ".join(visible(text).split("\n")))
