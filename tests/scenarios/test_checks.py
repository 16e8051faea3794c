"""The vocabulary of checks: what holds, what misses, and what a miss says."""

from __future__ import annotations

import pytest

from reports.results import Check, Verdict
from scenarios import checks


def test_a_check_that_holds_says_nothing_more() -> None:
    """Only a miss has a detail."""
    check = checks.equal("attempts", 3, 3, advice="Try again")

    assert (check.verdict, check.detail) == (Verdict.PASS, "")


def test_a_miss_tells_the_advice_and_the_numbers() -> None:
    """The sentence of the row's author, then wanted and got."""
    check = checks.equal("attempts", 1, 3, advice="Try a 503 again")

    assert check.verdict is Verdict.FAIL
    assert check.detail == "Try a 503 again (attempts: 1, wanted 3)."


def test_a_miss_without_advice_still_tells_the_numbers() -> None:
    """Name, measured, wanted, unit."""
    assert checks.at_least("pause", 0.5, 2.0, "s").detail == "pause: 0.5, wanted 2 s."


def test_a_soft_miss_is_an_advisory() -> None:
    """The author says how much a miss weighs."""
    assert checks.equal("x", 1, 2, miss=Verdict.ADVISORY).verdict is Verdict.ADVISORY


@pytest.mark.parametrize(
    ("check", "ok"),
    [
        (checks.at_least("x", 1.95, 2.0, tolerance=0.05), True),
        (checks.at_least("x", 1.94, 2.0, tolerance=0.05), False),
        (checks.at_most("x", 2.05, 2.0, tolerance=0.05), True),
        (checks.at_most("x", 2.06, 2.0, tolerance=0.05), False),
        (checks.within("x", 5, 5, 7), True),
        (checks.within("x", 7, 5, 7), True),
        (checks.within("x", 8, 5, 7), False),
        (checks.one_of("x", None, (None, 3)), True),
        (checks.one_of("x", 2, (None, 3)), False),
        (checks.nothing("x", []), True),
        (checks.nothing("x", ["a leak"]), False),
        (checks.holds("x", True, "anything", "anything"), True),
        (checks.mean_at_least("x", [0.0, 0.04], 0.01), True),
        (checks.mean_at_least("x", [0.0, 0.01], 0.01), False),
        (checks.spread("x", [0.1] * 20, 0.08), False),
        (checks.spread("x", [0.1 * n for n in range(20)], 0.08), True),
    ],
)
def test_comparisons(check: Check, ok: bool) -> None:
    """Bounds belong to what is allowed."""
    assert (check.verdict is Verdict.PASS) is ok


@pytest.mark.parametrize(
    "check",
    [
        checks.at_least("x", None, 0.0),
        checks.at_most("x", None, 1e9),
        checks.within("x", None, 0, 1e9),
        checks.grows("x", [], [1.0]),
        checks.spread("x", [1.0], 0.0),
        checks.mean_at_least("x", [], 0.0),
    ],
)
def test_nothing_seen_never_holds(check: Check) -> None:
    """A client that did nothing passes no comparison."""
    assert check.verdict is Verdict.FAIL
    assert "x: nothing, wanted" in check.detail


@pytest.mark.parametrize(("waited_s", "ok"), [(1.95, True), (1.94, False), (60.0, True)])
def test_a_floor_allows_50_ms(waited_s: float, ok: bool) -> None:
    """Early is a failure; a long wait is not this check's business."""
    check = checks.not_early("pause", waited_s, 2.0)

    assert check.verdict is (Verdict.PASS if ok else Verdict.FAIL)
    assert not check.timing


def test_late_alone_is_an_advisory_that_noise_may_excuse() -> None:
    """More than 200 ms or 20 %."""
    check = checks.not_late("pause", 2.5, 2.0)

    assert check.verdict is Verdict.ADVISORY
    assert check.timing
    assert checks.not_late("pause", 2.4, 2.0).verdict is Verdict.PASS


def test_growth_shows_its_medians() -> None:
    """The p-value alone convinces nobody."""
    same = [0.1 + n / 1000 for n in range(20)]

    assert checks.grows("pause", same, [2 * gap for gap in same]).verdict is Verdict.PASS
    flat = checks.grows("pause", same, same, advice="Let the pause grow")
    assert flat.verdict is Verdict.FAIL
    assert "median 0.11 s then 0.11 s" in flat.detail


def test_a_drift_is_no_growth() -> None:
    """What is longer by less than the factor has not grown, however steadily it is."""
    constant = [0.1 + n / 100_000 for n in range(20)]
    drifted = [gap * 1.1 for gap in constant]

    assert checks.grows("pause", constant, drifted).verdict is Verdict.PASS
    assert checks.grows("pause", constant, drifted, factor=1.2).verdict is Verdict.FAIL


def test_a_sentence_has_one_pair_of_brackets_at_its_end() -> None:
    """The numbers join what the author has put there."""
    check = checks.equal("attempts", 1, 3, advice="Try a 503 again (it is transient)")

    assert check.detail == "Try a 503 again (it is transient; attempts: 1, wanted 3)."


def test_what_is_allowed_for_is_part_of_the_target() -> None:
    """No passing number lies beyond the target that stands beside it."""
    late = checks.at_most("told after", 1.2, 1.0, "s", tolerance=0.25)
    early = checks.at_least("pause", 1.99, 2.0, "s", tolerance=0.05)

    assert (late.verdict, late.target) == (Verdict.PASS, 1.25)
    assert late.detail == "The bound is 1 s and 0.25 s allowed."
    assert (early.verdict, early.target) == (Verdict.PASS, 1.95)
    assert early.detail == "The bound is 2 s less 0.05 s allowed."


def test_a_miss_tells_what_was_allowed_for() -> None:
    """In the same sentence as the numbers."""
    check = checks.at_most("told after", 1.3, 1.0, "s", tolerance=0.25, advice="Be quick")

    assert check.detail == (
        "Be quick (told after: 1.3, wanted 1.25 s, which is 1 s and 0.25 s allowed)."
    )


def test_numbers_are_as_fine_as_a_reader_needs() -> None:
    """Microseconds, or six digits of something smaller."""
    assert checks.at_least("x", 1.23456789, 0.0).measured == 1.234568
    assert checks.at_least("x", 1.23456789e-7, 0.0).measured == 1.23457e-07


def test_at_most_ten_findings_are_shown() -> None:
    """A thousand wrong answers fill no report."""
    check = checks.nothing("leaks", [str(n) for n in range(1000)])

    assert check.measured == [*(str(n) for n in range(10)), "and 990 more"]
    assert check.detail == "leaks: 0, 1, 2, 997 more, wanted none."
