"""The page of one run: what a person reads in a minute, then the proof of every verdict.

A pure function of one :class:`~reports.results.Results`; the templates in ``html/`` only place what
is decided here: what comes first, what is folded away, and what no longer fits.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reports.allowance import RowAllowance, allow
from reports.results import Attempt, Call, Check, JsonValue, Results, Row, Verdict
from reports.templates import render
from reports.text import Excerpt, value_text
from reports.timeline import MAX_LANES, Drawing, Overview, draw_call, draw_overview
from reports.words import UNCLEAN_OUTCOMES, VERDICT_WORDS, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reports.load import Load

OPEN_CALLS = 4
"""Calls of a row that are drawn in full view; further ones are folded."""


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt with what the page has room for of its wire."""

    attempt: Attempt
    request: Excerpt
    response: Excerpt


@dataclass(frozen=True, slots=True)
class CallView:
    """A call with its drawing; ``undrawn`` attempts have no room."""

    call: Call
    drawing: Drawing
    attempts: tuple[AttemptView, ...]
    undrawn: int


@dataclass(frozen=True, slots=True)
class RowView:
    """A row with its proof; ``unfolded`` where a reader has to be convinced."""

    row: Row
    unfolded: bool
    checks: tuple[Check, ...]
    unlisted_checks: int
    calls: tuple[CallView, ...]
    undrawn_calls: int
    overview: Overview | None
    log: Excerpt
    rerun: str

    @property
    def evidence(self) -> str:
        """What stands behind the fold, in a line."""
        attempts = sum(len(call.attempts) for call in self.row.calls)
        parts = [plural(len(self.row.checks), "check"), plural(len(self.row.calls), "call")]
        return ", ".join([*parts, plural(attempts, "attempt")])


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of one weight, under one heading of the summary."""

    title: str
    note: str
    rows: tuple[Row, ...]

    @property
    def mixed(self) -> bool:
        """Whether each row has to say its own verdict."""
        return len({row.verdict for row in self.rows}) > 1


@dataclass(frozen=True, slots=True)
class Rescues:
    """How the calls that met a fault ended. The numbers are never added up into a score."""

    faced: int
    ok: int
    typed: int
    unclean: int


def run_page(results: Results) -> str:
    """The whole page as one self-contained HTML document."""
    return render("run.html.j2", **page_values(results))


def page_values(results: Results) -> dict[str, Any]:
    """What the template of every page of one run needs."""
    return {
        "results": results,
        "date": date_text(results.run.started_at),
        "headline": headline(results),
        "counts": counts_in_order(results),
        "findings": findings(results),
        "unclaimed": [row for row in results.rows if row.verdict is Verdict.NOT_CLAIMED],
        "rescues": rescues(results),
        "groups": sorted({row.group for row in results.rows}),
        "rows": tuple(row_views(results)),
        "open_calls": OPEN_CALLS,
        "facts": {
            name: facts(mapping)
            for name, mapping in (
                ("Machine", results.run.machine),
                ("Noise", results.run.noise),
                ("Targets", results.run.targets),
                ("Limits the client declares", results.client.limits),
            )
        },
    }


def headline(results: Results) -> str:
    """The run in one sentence; of a load test, few of whose rows are binding, about all of them."""
    if not results.rows:
        return "Nothing was judged."
    if results.broken:
        verb = "was" if len(results.broken) == 1 else "were"
        return f"{plural(len(results.broken), 'binding promise')} {verb} broken."
    failed = results.counts[Verdict.FAIL]
    if results.load is not None and failed:
        verb = "was" if failed == 1 else "were"
        return f"{plural(failed, 'promise')} {verb} broken, none of them binding."
    if results.harness_failed:
        return "No binding promise was seen broken, but the run proves less than it set out to."
    if results.load is not None:
        return "Every promise that was judged was kept."
    return "Every binding promise that was judged was kept."


def counts_in_order(results: Results) -> tuple[tuple[Verdict, int], ...]:
    """How many rows have each verdict, what is broken first."""
    return tuple((verdict, results.counts[verdict]) for verdict in VERDICT_WORDS)


def findings(results: Results) -> tuple[Finding, ...]:
    """What a reader has to know, the gravest first; headings without rows are left out."""

    def having(verdicts: set[Verdict], *severities: str) -> tuple[Row, ...]:
        return tuple(
            row
            for row in results.rows
            if row.verdict in verdicts and (not severities or row.severity in severities)
        )

    fail = {Verdict.FAIL}
    all_findings = (
        Finding("Broken: a norm says MUST", "", having(fail, "must")),
        Finding(
            "Broken: money, secrets, data or floods",
            "No norm says MUST; the harm says it (must*).",
            having(fail, "must*"),
        ),
        Finding(
            "Broken: wide agreement, or the client's own claim",
            "These do not turn the exit code.",
            having(fail, "should", "may"),
        ),
        Finding(
            "Not proved",
            "A fault was never delivered, or the harness went wrong: run these again.",
            having({Verdict.NOT_TESTABLE, Verdict.HARNESS_FAULT}),
        ),
        Finding("Worth mending", "", having({Verdict.ADVISORY})),
    )
    return tuple(finding for finding in all_findings if finding.rows)


def rescues(results: Results) -> Rescues:
    """How the calls ended that met at least one fault."""
    outcomes = [
        call.outcome
        for row in results.rows
        for call in row.calls
        if any(attempt.faults for attempt in call.attempts)
    ]
    ok = outcomes.count("ok")
    unclean = sum(outcome in UNCLEAN_OUTCOMES for outcome in outcomes)
    return Rescues(len(outcomes), ok, len(outcomes) - ok - unclean, unclean)


def row_views(results: Results) -> Iterator[RowView]:
    """Each row with as much of its proof as the page has room for."""
    allowance = allow(results)
    for row in results.rows:
        yield row_view(row, allowance.of(row), rerun_command(results, row))


def row_view(row: Row, allowance: RowAllowance, rerun: str) -> RowView:
    """One row within its allowance: missed checks first, calls in their order."""
    checks = sorted(row.checks, key=lambda check: check.verdict is Verdict.PASS)
    calls: list[CallView] = []
    room = allowance.attempts
    for call in row.calls:
        if room <= 0:
            break
        calls.append(_call_view(call, min(room, MAX_LANES), allowance))
        # A call that sent nothing takes room too: its drawing is as high as an attempt.
        room -= max(1, len(calls[-1].attempts))
    return RowView(
        row=row,
        unfolded=row.verdict not in (Verdict.PASS, Verdict.NOT_CLAIMED),
        checks=tuple(checks[: allowance.checks]),
        unlisted_checks=max(0, len(checks) - allowance.checks),
        calls=tuple(calls),
        undrawn_calls=len(row.calls) - len(calls),
        overview=draw_overview(row.calls) if len(row.calls) > 1 else None,
        log=allowance.excerpt_of(row.log),
        rerun=rerun,
    )


def rerun_command(results: Results, row: Row) -> str:
    """The command that judges this row again, with the same draws.

    In a load test that is the whole run: all rows are judged on the same traffic.
    """
    spec = results.client.spec
    if results.load is not None:
        return load_command(results, results.load)
    options = ["--client", spec, "--rows", row.id, "--seed", str(row.seed)]
    return shlex.join(["pawa-scenarios", "run", *options])


def load_command(results: Results, load: Load) -> str:
    """The command that makes the same traffic again."""
    options = ["--profile", load.profile, "--client", results.client.spec]
    options += ["--quick"] if load.quick else []
    return shlex.join(["pawa-load", "run", *options, "--seed", str(results.run.seed)])


def facts(mapping: Mapping[str, JsonValue], inside: str = "") -> tuple[tuple[str, str], ...]:
    """Names and values of a nested mapping, flat and readable."""
    found: list[tuple[str, str]] = []
    for key, value in mapping.items():
        name = f"{inside}{str(key).replace('_', ' ')}"
        if isinstance(value, dict):
            found += facts(value, f"{name}: ")
        else:
            found.append((name, value_text(value)))
    return tuple(found)


def date_text(started_at: str) -> str:
    """A moment as a person writes it; what is no ISO 8601 time stands as it is."""
    try:
        moment = datetime.fromisoformat(started_at)
    except ValueError:
        return started_at
    return f"{moment.day} {moment:%B %Y, %H:%M:%S %Z}".rstrip()


def _call_view(call: Call, room: int, allowance: RowAllowance) -> CallView:
    shown = call.attempts[:room]
    return CallView(
        call=call,
        drawing=draw_call(call, shown),
        attempts=tuple(
            AttemptView(
                attempt,
                allowance.excerpt_of(attempt.request_excerpt),
                allowance.excerpt_of(attempt.response_excerpt),
            )
            for attempt in shown
        ),
        undrawn=len(call.attempts) - len(shown),
    )
