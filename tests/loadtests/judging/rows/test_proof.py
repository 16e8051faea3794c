"""What a run has to show before anything is judged."""

from __future__ import annotations

import pytest

from loadtests.judging.rows.proof import (
    Stretch,
    UnprovedError,
    beside,
    control_share,
    enough,
    share_kept,
    stretch_of,
)
from reports.results import Verdict
from scenarios.checks import at_most
from tests.loadtests.judging.runs import Run


def test_a_stretch_is_a_phase_as_the_server_lived_it() -> None:
    """From its entry to that of the next; the last one ends with the schedule."""
    run = Run(("steady", 2.0), ("fault", 3.0))
    assert stretch_of(run.case(), "steady") == Stretch(0.0, 2.0)

    run.seen.phase_starts_s = (0.01, 2.02)

    assert stretch_of(run.case(), "steady") == Stretch(0.01, 2.02)
    assert stretch_of(run.case(), "fault") == Stretch(2.02, 5.0)


def test_the_last_part_of_a_stretch() -> None:
    """A third of six seconds are the last two."""
    assert Stretch(2.0, 8.0).last(1 / 3) == Stretch(6.0, 8.0)


def test_a_phase_that_is_not_there_proves_nothing() -> None:
    """Its role is named."""
    with pytest.raises(UnprovedError, match="role recovery"):
        stretch_of(Run().case(), "recovery")


def test_few_calls_prove_nothing() -> None:
    """The sentence says how many there were and what to do."""
    enough([1, 2], 2, "calls were due")
    with pytest.raises(UnprovedError, match="Only 1 calls were due, and 2 are needed"):
        enough([1], 2, "calls were due")


def test_the_control_stands_beside_a_check_where_there_is_one() -> None:
    """In its detail, whether it passes or not."""
    check = at_most("load", 2.0, 1.0, advice="Ask less")
    run = Run(("steady", 1.0), control=True).all_well()

    assert beside(check, None) is check
    assert beside(check, 1.5, "s").detail.endswith("never retries: 1.5 s.")
    assert beside(check, 1.5).detail.startswith("Ask less")
    assert control_share(run.case(), Stretch(0.0, 1.0)) == 1.0
    assert control_share(Run().case(), Stretch(0.0, 1.0)) is None


@pytest.mark.parametrize(
    ("of", "lost", "kept"), [(1000, 10, True), (1000, 11, False), (100, 3, True), (100, 4, False)]
)
def test_a_share_may_be_missed_by_chance_alone(of: int, lost: int, kept: bool) -> None:
    """99 % of 1,000 are 10 failures; of 100 a client that loses one in 1,000 may lose three."""
    check = share_kept("success", of - lost, of, 0.99, likely=0.999, advice="Try again")

    assert (check.verdict is Verdict.PASS) is kept
    assert check.unit == f"of {of} calls"
    assert ("may be chance" in check.detail) is (of == 100)
