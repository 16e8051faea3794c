"""What a row said of a run, in words that tests read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging.rows import ROWS
from reports.results import Verdict

if TYPE_CHECKING:
    from loadtests.judging.row import RowJudged
    from tests.loadtests.judging.runs import Run


def judge(run: Run, row: str) -> RowJudged:
    """The verdict of a row on a run."""
    return ROWS[row].judge(run.case(quick=True))


def missed(judged: RowJudged) -> set[str]:
    """The names of the checks that failed."""
    return {check.name for check in judged.checks if check.verdict is Verdict.FAIL}


def advised(judged: RowJudged) -> set[str]:
    """The names of the checks that were missed softly."""
    return {check.name for check in judged.checks if check.verdict is Verdict.ADVISORY}


def proves_nothing(judged: RowJudged, because: str) -> bool:
    """Whether the row could not be judged, and says so in these words."""
    return judged.verdict is Verdict.NOT_TESTABLE and because in judged.reason
