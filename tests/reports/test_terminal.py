"""What a run says at its end."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from reports.results import Results, Verdict
from reports.terminal import console_for, print_row, print_summary
from reports.timeline import MAX_LANES
from reports.words import VERDICT_WORDS
from tests.reports.load_makers import make_figure, make_load, make_load_results
from tests.reports.makers import (
    make_attempt,
    make_call,
    make_check,
    make_results,
    make_row,
    make_run,
    one_of_each,
)


def summary(*runs: tuple[str, Results], page: Path | None = None) -> str:
    stream = io.StringIO()
    print_summary(runs, console_for(stream), page)
    return stream.getvalue()


def row_text(**changes: object) -> str:
    stream = io.StringIO()
    print_row(make_row(**changes), console_for(stream))
    return stream.getvalue()


def test_counts_stand_in_a_table_a_client_a_line() -> None:
    """Every verdict has a column, every client a line."""
    lines = summary(("reference", make_results(make_row())), ("sdk", one_of_each())).splitlines()

    labels = [word.label for word in VERDICT_WORDS.values()]

    assert " ".join(lines[0].split()) == " ".join(["client", *labels])
    assert lines[1].split() == ["reference", "0", "0", "0", "0", "1", "0"]
    assert lines[2].split() == ["sdk", "4", "1", "1", "1", "1", "1"]


def test_broken_promises_are_told_with_their_sentence_gravest_first() -> None:
    """Binding failures, then what is not proved; soft failures stay on the page."""
    lines = summary(("sdk", one_of_each())).splitlines()
    told = [line.split()[2] for line in lines if line.startswith("  ✗")]

    assert told == ["SSE-001", "RETRY-003"]
    assert any("? not testable  RETRY-005  must*  reason of not_testable" in line for line in lines)
    assert any("# harness fault  RETRY-006" in line for line in lines)


def test_a_load_test_tells_every_promise_that_was_not_kept() -> None:
    """Few rows are binding under load; who runs it wants to know what went wrong."""
    row = make_row(id="LOAD-002", verdict=Verdict.FAIL, severity="should", reason="Stormed.")
    lines = summary(("sdk", make_results(row, load=make_load()))).splitlines()

    assert any("LOAD-002  should  Stormed." in line for line in lines)


def test_the_page_is_named_last() -> None:
    """The path of the page is the last thing on the screen."""
    text = summary(("reference", one_of_each()), page=Path("out/index.html"))

    assert text.rstrip().endswith("page: out/index.html")


def test_an_interrupted_run_is_called_so() -> None:
    """Nobody takes half a run for a whole one."""
    results = make_results(make_row(), run=make_run(complete=False))

    assert "The run was interrupted." in summary(("reference", results))


def test_the_notes_of_a_row_stand_below_its_calls() -> None:
    """What was not shown is said wherever the row is told, with no control sign in it."""
    lines = row_text(log="not torn here\nand \x1b[31m red").splitlines()

    assert lines[-2:] == ["note: not torn here", "note: and ␛[31m red"]


def test_a_log_gets_plain_text_that_is_never_cut() -> None:
    """No escape sequences outside a terminal, long sentences whole on one line."""
    reason = "word " * 100
    text = summary(("sdk", make_results(make_row(verdict=Verdict.FAIL, reason=reason.strip()))))

    assert "\x1b" not in text
    assert reason.strip() in text


def test_a_terminal_breaks_between_words() -> None:
    """Further lines of a long sentence are indented, and no word is torn."""
    reason = "unbreakable " * 20
    stream = io.StringIO()
    results = make_results(make_row(verdict=Verdict.FAIL, reason=reason.strip()))
    console = Console(file=stream, force_terminal=True, color_system=None, width=60)
    print_summary([("sdk", results)], console)

    told = [line for line in stream.getvalue().splitlines() if "unbreakable" in line]
    assert " ".join(told).count("unbreakable") == 20
    assert all(line.startswith("    ") for line in told[1:])
    assert max(map(len, told)) <= 60


def test_foreign_text_cannot_drive_the_terminal() -> None:
    """Markup is not read out of a client's words, and no escape sequence gets through."""
    reason = "[bold]not markup[/bold] \x1b[2J \r gone"
    stream = io.StringIO()
    results = make_results(make_row(verdict=Verdict.FAIL, reason=reason))
    print_summary([("sdk", results)], Console(file=stream, force_terminal=True, width=200))

    assert "[bold]not markup[/bold] ␛[2J ␍ gone" in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()


def test_a_row_is_shown_with_checks_and_attempts() -> None:
    """What the page shows of a row, in short."""
    text = row_text(
        verdict=Verdict.FAIL,
        reason="Retry 503.",
        checks=[make_check(name="pause", measured=0.25, target=1, unit="s", verdict=Verdict.FAIL)],
    )

    assert "✗ fail  RETRY-001  must*  Retry 503." in text
    assert "right: A call that meets 503 is tried again." in text
    assert ["pause", "0.25", "1", "s", "fail"] in [line.split() for line in text.splitlines()]
    assert "  1: 503, complete, 0 ms to 30 ms" in text
    assert "  2: after a pause of 470 ms, 503, complete, 500 ms to 530 ms" in text


def test_a_flood_of_attempts_is_counted() -> None:
    """A terminal is not flooded by a client that floods a server."""
    call = make_call(attempts=[make_attempt(n) for n in range(1, 101)])

    assert f"{100 - MAX_LANES} further attempts" in row_text(calls=[call])


def test_a_load_test_shows_its_main_figures_beside_the_control() -> None:
    """With their bounds; those for specialists stay on the page."""
    text = summary(("sdk", make_load_results()))
    lines = [" ".join(line.split()) for line in text.splitlines()]

    assert "Success share 87.1 % 85.2 to 88.9 % 82.9 %" in lines
    assert "Time to recover 18.5 s 500 ms" in lines
    assert "Memory at its peak" not in text


def test_without_a_control_there_is_no_column_for_it() -> None:
    """--no-control leaves it out."""
    text = summary(("sdk", make_load_results(figures=[make_figure()])))

    assert "Success share" in text
    assert "control" not in text.partition("figure")[2]


def test_a_load_test_without_figures_has_no_table() -> None:
    """Cut short before the first call."""
    assert "99 %" not in summary(("sdk", make_load_results(figures=[])))
