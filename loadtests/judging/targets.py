"""Bounds on figures: the rows ``TARGET-…``, each with the control's figure beside the client's.

The targets of a person's own file bind (they turn the exit code), those that a profile ships with
do not. A figure that nobody could measure proves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadtests.judging.figure import SHARE
from loadtests.judging.figures import FIGURES
from loadtests.judging.row import Promise, RowJudged
from reports.results import Verdict
from scenarios.checks import at_least, at_most, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loadtests.judging.case import Case
    from loadtests.judging.figure import FigureKind, Measured
    from loadtests.profile import Target
    from reports.results import Check

STREAMING = "streaming"
"""The claim without which nobody expects a stream."""


def judge_targets(case: Case, own: Mapping[str, Target]) -> Iterator[tuple[Promise, RowJudged]]:
    """A row for each target. ``own`` are a person's, laid over those of the profile.

    A name that is no figure is left out; it was refused when the request was read.
    """
    for name, target in {**case.profile.targets, **own}.items():
        kind = FIGURES.get(name)
        if kind is not None:
            severity = "must*" if name in own else "should"
            promise = Promise(f"TARGET-{name}", _right(kind, target), severity, "TARGET")
            yield promise, judge_target(case, kind, target)


def judge_target(case: Case, kind: FigureKind, target: Target) -> RowJudged:
    """One target, against the client's figure."""
    if kind.claims and case.claims.isdisjoint(kind.claims):
        missing = " or ".join(sorted(kind.claims))
        return RowJudged(Verdict.NOT_CLAIMED, f"The client does not claim {missing}.")
    measured = kind.measure(case.client)
    if measured.value is None:
        return _unmeasured(case, kind)
    beside = _control(case, kind)
    check = _check(kind, target, measured, beside)
    if case.seen.cut_short:
        reason = (
            f"The run was ended before its {case.schedule.end_s:.0f} s were over, and until then "
            f"{_lowered(kind)} was {_said(kind, measured)}."
        )
        return RowJudged(Verdict.NOT_TESTABLE, reason, (check,))
    if check.verdict is Verdict.PASS:
        reason = f"{kind.label}: {_said(kind, measured)}, wanted {_bounds(kind, target)}{beside}."
        return RowJudged(Verdict.PASS, reason, (replace(check, detail=_detail(measured, beside)),))
    return RowJudged(check.verdict, check.detail, (check,))


def _check(kind: FigureKind, target: Target, measured: Measured, beside: str) -> Check:
    advice = "; ".join(part for part in (target.why.rstrip("."), measured.detail) if part)
    advice = (advice + beside) if advice else beside.removeprefix("; ")
    low, high, value = target.at_least, target.at_most, measured.value
    unit = "" if kind.unit == SHARE else kind.unit
    if low is not None and high is not None:
        return within(kind.label, value, low, high, unit, advice=advice)
    if high is not None:
        return at_most(kind.label, value, high, unit, advice=advice)
    return at_least(kind.label, value, low or 0.0, unit, advice=advice)


def _unmeasured(case: Case, kind: FigureKind) -> RowJudged:
    if kind.streams and case.claims and STREAMING not in case.claims:
        return RowJudged(Verdict.NOT_CLAIMED, f"The client does not claim {STREAMING}.")
    return RowJudged(
        Verdict.NOT_TESTABLE,
        f"There was nothing to measure {_lowered(kind)} by: choose a profile that has it, or leave "
        "the target out.",
    )


def _control(case: Case, kind: FigureKind) -> str:
    """The control's figure, for the end of a sentence."""
    measured = None if case.control is None else kind.measure(case.control)
    if measured is None or measured.value is None or kind.claims:
        return ""
    return f"; the control, which never retries: {measured.value:.3g}"


def _detail(measured: Measured, beside: str) -> str:
    parts = [measured.detail, beside.removeprefix("; ")]
    if measured.low is not None and measured.high is not None:
        parts.append(f"{measured.low:.4g} to {measured.high:.4g} at 99 % confidence")
    return "; ".join(part for part in parts if part)


def _said(kind: FigureKind, measured: Measured) -> str:
    return _with_unit(f"{measured.value:.4g}", kind)


def _right(kind: FigureKind, target: Target) -> str:
    return f"{kind.label}: {_bounds(kind, target)}."


def _bounds(kind: FigureKind, target: Target) -> str:
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("at least", target.at_least), ("at most", target.at_most))
        if bound is not None
    ]
    return _with_unit(" and ".join(bounds), kind)


def _with_unit(number: str, kind: FigureKind) -> str:
    """A share goes without one: its figure's name says what it is."""
    return number if kind.unit == SHARE else f"{number} {kind.unit}"


def _lowered(kind: FigureKind) -> str:
    return kind.label[:1].lower() + kind.label[1:]
