"""How checks become the verdict of a row."""

from __future__ import annotations

from loadtests.judging.row import judged_by
from reports.results import Check, Verdict


def checked(verdict: Verdict, detail: str = "") -> Check:
    return Check("something", 1, 2, "s", verdict, detail)


def test_a_row_whose_checks_all_pass_says_what_was_kept() -> None:
    """The reason is the promise, in a sentence."""
    judged = judged_by([checked(Verdict.PASS)], "all is well")

    assert (judged.verdict, judged.reason) == (Verdict.PASS, "all is well")


def test_the_gravest_check_decides_and_gives_the_reason() -> None:
    """A failure outweighs an advisory, wherever they stand."""
    judged = judged_by(
        [checked(Verdict.ADVISORY, "late"), checked(Verdict.FAIL, "broken")], "all is well"
    )

    assert (judged.verdict, judged.reason) == (Verdict.FAIL, "broken")


def test_where_nothing_was_proved_nothing_was_broken() -> None:
    """A fault of the harness outweighs what it seems to show."""
    judged = judged_by(
        [checked(Verdict.FAIL, "broken"), checked(Verdict.HARNESS_FAULT, "too slow")], ""
    )

    assert (judged.verdict, judged.reason) == (Verdict.HARNESS_FAULT, "too slow")
