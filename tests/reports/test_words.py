"""The words of a report."""

from __future__ import annotations

from reports.results import SEVERITIES, Verdict
from reports.words import (
    ENDING_WORDS,
    SEVERITY_WORDS,
    VERDICT_WORDS,
    ending_text,
    plural,
    verdict_rank,
)
from tests.reports.makers import make_row


def test_every_verdict_and_severity_has_a_word_with_a_meaning() -> None:
    """A new verdict cannot be forgotten in the legend."""
    assert set(VERDICT_WORDS) == set(Verdict)
    assert set(SEVERITY_WORDS) == set(SEVERITIES)
    assert all(word.meaning for word in (*VERDICT_WORDS.values(), *SEVERITY_WORDS.values()))


def test_verdicts_are_told_apart_without_colour() -> None:
    """Each verdict has a sign and a label of its own."""
    assert len({word.sign for word in VERDICT_WORDS.values()}) == len(Verdict)
    assert len({word.label for word in VERDICT_WORDS.values()}) == len(Verdict)


def test_what_is_broken_comes_first() -> None:
    """Failures lead, then what is not proved; what was not judged comes last."""
    order = sorted(Verdict, key=lambda verdict: verdict_rank(make_row(verdict=verdict)))

    assert order[0] is Verdict.FAIL
    assert set(order[1:3]) == {Verdict.NOT_TESTABLE, Verdict.HARNESS_FAULT}
    assert order[-1] is Verdict.NOT_CLAIMED


def test_endings_have_words_and_unknown_ones_stand_for_themselves() -> None:
    """A journal that learns a new ending does not break a report."""
    assert ending_text("rst") == "reset"
    assert ending_text("blown_away") == "blown away"
    assert all(word.meaning for word in ENDING_WORDS.values())


def test_one_is_singular() -> None:
    """Counts read as sentences."""
    assert plural(1, "row") == "1 row"
    assert plural(0, "row") == "0 rows"
    assert plural(2, "row was", "rows were") == "2 rows were"
