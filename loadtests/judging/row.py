"""What a row of a load test is, and how its checks become its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.results import Call, Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

_GRAVEST = (Verdict.HARNESS_FAULT, Verdict.NOT_TESTABLE, Verdict.FAIL, Verdict.ADVISORY)
"""A check that says that nothing was proved outweighs one that says that a promise was broken."""


@dataclass(frozen=True, slots=True)
class RowJudged:
    """What was found about one row. ``reason`` is one sentence; ``calls`` are examples."""

    verdict: Verdict
    reason: str
    checks: Sequence[Check] = ()
    calls: Sequence[Call] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """What a row that is not in the catalogue promises, in the words of a results row."""

    id: str
    right: str
    severity: str
    group: str
    tier: int = 1


def judged_by(checks: Sequence[Check], kept: str, calls: Sequence[Call] = ()) -> RowJudged:
    """The gravest of the checks decides, and its detail is the reason; ``kept`` if all passed."""
    for verdict in _GRAVEST:
        for check in checks:
            if check.verdict is verdict:
                return RowJudged(verdict, check.detail, checks, calls)
    return RowJudged(Verdict.PASS, kept, checks, calls)
