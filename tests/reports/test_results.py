"""The results of one run, as data."""

from __future__ import annotations

import dataclasses
import enum
import math

import pytest

from reports.results import Results, Verdict, exit_code, plain
from tests.reports.makers import (
    make_attempt,
    make_call,
    make_check,
    make_client,
    make_results,
    make_row,
    make_run,
    one_of_each,
)


def row_of(verdict: Verdict, severity: str = "must", row_id: str = "RETRY-001") -> Results:
    return make_results(make_row(id=row_id, verdict=verdict, severity=severity))


@pytest.mark.parametrize("severity", ["must", "must*"])
def test_a_broken_binding_promise_exits_with_1(severity: str) -> None:
    """A failed must or must* row turns the exit code."""
    assert exit_code(row_of(Verdict.FAIL, severity)) == 1


@pytest.mark.parametrize("severity", ["should", "may"])
def test_a_broken_soft_promise_exits_with_0(severity: str) -> None:
    """A failed should or may row is shown, and does not turn the exit code."""
    assert exit_code(row_of(Verdict.FAIL, severity)) == 0


@pytest.mark.parametrize("verdict", [Verdict.HARNESS_FAULT, Verdict.NOT_TESTABLE])
@pytest.mark.parametrize("severity", ["must", "may"])
def test_a_row_that_proves_nothing_exits_with_3(verdict: Verdict, severity: str) -> None:
    """A harness fault and a fault that was never delivered are never a green run."""
    assert exit_code(row_of(verdict, severity)) == 3


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.ADVISORY, Verdict.NOT_CLAIMED])
def test_a_run_without_a_broken_promise_exits_with_0(verdict: Verdict) -> None:
    """Advisories and unclaimed rows leave a run green."""
    assert exit_code(row_of(verdict)) == 0


def test_a_broken_promise_outranks_a_harness_fault() -> None:
    """What was seen on the wire stands, whatever else went wrong: 1 before 3."""
    assert exit_code(one_of_each()) == 1
    assert one_of_each().harness_failed


def test_a_run_that_judged_nothing_or_was_interrupted_is_not_green() -> None:
    """An empty run and an interrupted run exit with 3."""
    assert exit_code(make_results()) == 3
    assert exit_code(make_results(make_row(), run=make_run(complete=False))) == 3


def test_counts_name_every_verdict() -> None:
    """Verdicts that nobody got are counted as zero."""
    assert one_of_each().counts == {
        Verdict.PASS: 1,
        Verdict.ADVISORY: 1,
        Verdict.FAIL: 4,
        Verdict.NOT_CLAIMED: 1,
        Verdict.NOT_TESTABLE: 1,
        Verdict.HARNESS_FAULT: 1,
    }


def test_a_norms_must_stands_before_the_harness_s() -> None:
    """Broken promises are given must first, then must*; softer ones are not among them."""
    assert [row.id for row in one_of_each().broken] == ["SSE-001", "RETRY-003"]


def test_rows_stand_in_one_order_whoever_finished_first() -> None:
    """Rows are sorted by group and by number, 2 before 10."""
    ids = ["SSE-010", "BACK-001", "SSE-002", "ODD", "RETRY-100", "RETRY-012"]

    assert [row.id for row in make_results(*(make_row(id=id_) for id_ in ids)).rows] == (
        ["BACK-001", "ODD", "RETRY-012", "RETRY-100", "SSE-002", "SSE-010"]
    )


def test_a_row_is_judged_once() -> None:
    """The same id twice is a mistake of whoever built the results."""
    with pytest.raises(ValueError, match="RETRY-001 stands twice"):
        make_results(make_row(), make_row())


def test_a_row_is_found_by_its_id() -> None:
    """A row that was not judged is a KeyError, not a None that spreads."""
    results = make_results(make_row(id="SSE-002"))

    assert results.row("SSE-002").group == "SSE"
    with pytest.raises(KeyError):
        results.row("SSE-003")


def test_records_cannot_be_changed_after_they_are_made() -> None:
    """A list that is handed in is copied into a tuple, and fields are frozen."""
    faults = ["status"]
    attempt = make_attempt(faults=faults)
    faults.append("hold")

    assert attempt.faults == ("status",)
    assert isinstance(make_call().attempts, tuple)
    assert make_client(claims={"retry", "cache"}).claims == ("cache", "retry")
    with pytest.raises(dataclasses.FrozenInstanceError):
        attempt.number = 2  # type: ignore[misc]


class Colour(enum.StrEnum):
    RED = "red"


def test_values_are_kept_in_jsons_own_words() -> None:
    """Tuples become lists, words of an enum become text, what JSON cannot say becomes text."""
    value = {"a": (1, 2.5), "b": Colour.RED, "c": [None, True], "d": math.inf, 5: 2**70}

    kept = plain(value)

    assert kept == {
        "a": [1, 2.5],
        "b": "red",
        "c": [None, True],
        "d": "inf",
        "5": "1180591620717411303424",
    }
    assert type(kept["b"]) is str
    assert plain(math.nan) == "nan"
    assert make_check(measured=(1,), target=math.inf).measured == [1]


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
def test_a_value_without_a_place_in_json_is_refused(value: object) -> None:
    """Bytes and sets are turned into text by whoever knows what they mean."""
    with pytest.raises(TypeError, match="no place in results"):
        plain(value)
