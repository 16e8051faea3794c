"""What a row of the catalogue says of a run: its verdict, computed once from what was looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadtests.judging.row import RowJudged
from loadtests.judging.rows.evidence import examples
from reports.results import Verdict
from scenarios.verdicts import Finding, verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.judging.case import Case, LaneCall
    from reports.results import Check

NOISE_LIMIT_S = 0.02
"""Lateness of the machine at p99 that voids checks of time (behaviours/reading.md section 0.8)."""

NOISE_TAIL = 5.0
"""The longest lateness is taken for so many times that at p99."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a row found in a run.

    ``shown`` are the calls that show a miss best, in order; ``not_testable`` says in one sentence
    why the run proves nothing for this row. A row whose load proved nothing has no checks: a check
    that misses is the client's failure, whatever else is missing.
    """

    checks: Sequence[Check] = ()
    shown: Sequence[LaneCall] = ()
    not_testable: str | None = None


def judged(case: Case, looked: Looked) -> RowJudged:
    """The verdict on what was found."""
    checks = tuple(looked.checks)
    told = verdict_of(_finding(case, checks=checks, not_testable=looked.not_testable))
    missed = any(check.verdict is not Verdict.PASS for check in checks)
    return RowJudged(told.verdict, told.reason, checks, examples(looked.shown) if missed else ())


def unjudged(case: Case, unclaimed: Sequence[str]) -> RowJudged | None:
    """The verdict of a row that no run of this kind can judge; None when it can be judged."""
    finding = _finding(case, unclaimed=tuple(unclaimed))
    if not unclaimed and finding.harness_error is None:
        if not case.seen.cut_short:
            return None
        finding = replace(finding, not_testable=_cut(case))
    told = verdict_of(finding)
    return RowJudged(told.verdict, told.reason)


def _finding(
    case: Case,
    *,
    checks: tuple[Check, ...] = (),
    unclaimed: tuple[str, ...] = (),
    not_testable: str | None = None,
) -> Finding:
    return Finding(
        checks=checks,
        unclaimed=unclaimed,
        not_testable=not_testable,
        harness_error=_harness_error(case),
        noise_p99_s=case.seen.noise_p99_s,
        noise_limit_s=NOISE_LIMIT_S,
        noise_max_s=NOISE_TAIL * case.seen.noise_p99_s,
    )


def _harness_error(case: Case) -> str | None:
    if case.seen.workers_lost:
        return f"{len(case.seen.workers_lost)} of its workers were lost with their calls."
    lost = case.seen.client.attempts_lost
    return f"{lost} requests ended faster than they were noted." if lost else None


def _cut(case: Case) -> str:
    at_s = case.seen.cut_at_s
    when = "" if at_s is None else f" after {at_s:.0f} s"
    return (
        f"The run was ended{when}, before its {case.schedule.end_s:.0f} s were over: let it go on "
        "to its end."
    )
