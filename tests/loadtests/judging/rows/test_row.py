"""What a row of the catalogue is under load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging.rows import ROWS
from loadtests.judging.rows.proof import UnprovedError
from loadtests.judging.rows.row import load_row
from reports.results import Verdict
from scenarios.catalogue.rows import load_rows
from tests.loadtests.judging.runs import Run

if TYPE_CHECKING:
    from loadtests.judging.case import Case
    from loadtests.judging.rows.verdict import Looked


@load_row("LOAD-000", needs=("retry",), needs_any=("cache", "batching"))
def unproved(case: Case) -> Looked:
    """How it is
    judged.
    """
    raise UnprovedError(f"Nothing of {len(case.client.calls)} calls.")


def test_the_docstring_is_the_paragraph_of_explain() -> None:
    """In one line."""
    assert unproved.how == "How it is judged."
    assert all(len(row.how) > 200 for row in ROWS.values())


def test_every_row_is_one_of_the_catalogue() -> None:
    """Its severity and its promise stand there."""
    assert set(ROWS) <= set(load_rows())
    assert all(row.id == id_ for id_, row in ROWS.items())


def test_claims_are_needed_all_or_one_of_several() -> None:
    """Each missing one is named."""
    run = Run(("steady", 1.0), rate=3.0)
    assert unproved.judge(run.case()).verdict is Verdict.NOT_CLAIMED
    assert unproved.judge(run.case()).reason.endswith("claim retry, cache or batching.")

    run.client.claims("retry", "batching")
    assert unproved.unclaimed(run.case()) == ()


def test_a_run_that_proves_nothing_says_why() -> None:
    """In the sentence of the row."""
    run = Run(("steady", 1.0), rate=3.0)
    run.client.claims("retry", "cache")

    judged = unproved.judge(run.case())

    assert (judged.verdict, judged.reason) == (Verdict.NOT_TESTABLE, "Nothing of 3 calls.")
