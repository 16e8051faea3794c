"""JUnit XML, judged by parsing what was written."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.junit import junit_xml
from reports.results import Results, Verdict, exit_code
from reports.text import visible
from tests.reports.makers import (
    make_check,
    make_client,
    make_results,
    make_row,
    make_run,
    one_of_each,
)


def suite_of(results: Results) -> ET.Element:
    suite = ET.fromstring(junit_xml(results)).find("testsuite")  # noqa: S314 (our own output)
    assert suite is not None
    return suite


def kind_of(verdict: Verdict, severity: str = "must") -> str:
    """The element that marks a test case, ``pass`` when there is none."""
    case = suite_of(make_results(make_row(verdict=verdict, severity=severity))).find("testcase")
    assert case is not None
    marks = {child.tag for child in case} - {"properties", "system-out"}
    return marks.pop() if marks else "pass"


@pytest.mark.parametrize(
    ("verdict", "severity", "kind"),
    [
        (Verdict.PASS, "must", "pass"),
        (Verdict.ADVISORY, "must", "pass"),
        (Verdict.FAIL, "must", "failure"),
        (Verdict.FAIL, "must*", "failure"),
        (Verdict.FAIL, "should", "pass"),
        (Verdict.FAIL, "may", "pass"),
        (Verdict.NOT_CLAIMED, "must", "skipped"),
        (Verdict.NOT_TESTABLE, "may", "error"),
        (Verdict.HARNESS_FAULT, "may", "error"),
    ],
)
def test_a_verdict_becomes_a_kind_of_test_case(verdict: Verdict, severity: str, kind: str) -> None:
    """Failure against error against skipped: a pipeline turns red when the exit code would."""
    assert kind_of(verdict, severity) == kind


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.sampled_from(["must", "may"])), max_size=6))
def test_red_means_the_same_as_the_exit_code(kinds: list[tuple[Verdict, str]]) -> None:
    """There is a failure exactly for exit code 1, and an error or failure exactly for not 0."""
    results = make_results(
        *(
            make_row(id=f"SSE-{n:03}", verdict=verdict, severity=severity)
            for n, (verdict, severity) in enumerate(kinds)
        )
    )
    suite = suite_of(results)
    failures, errors = int(suite.get("failures", "")), int(suite.get("errors", ""))

    assert (failures > 0) == (exit_code(results) == 1)
    assert (failures + errors > 0) == (exit_code(results) != 0)


def test_the_totals_are_those_of_the_cases() -> None:
    """Numbers on the suite are counted from what is in it."""
    suite = suite_of(one_of_each())

    assert suite.get("tests") == str(len(suite.findall("testcase"))) == "9"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "2"
    assert suite.get("errors") == str(len(suite.findall("testcase/error"))) == "2"
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped"))) == "1"
    assert suite.get("timestamp") == "2026-08-01T12:00:00+00:00"


def test_a_failure_shows_its_reason_and_its_numbers() -> None:
    """The reason is the message; promise and missed checks stand in the text."""
    row = make_row(
        verdict=Verdict.FAIL,
        reason="Retry 503.",
        checks=[
            make_check(name="attempts", measured=1, verdict=Verdict.FAIL, unit="requests"),
            make_check(name="kept"),
        ],
    )
    failure = suite_of(make_results(row)).find("testcase/failure")

    assert failure is not None
    assert failure.get("message") == "Retry 503."
    assert failure.get("type") == "must*"
    assert failure.text is not None
    assert "fail: attempts: measured 1, target 3 requests" in failure.text
    assert row.right in failure.text
    assert "kept" not in failure.text


def test_a_soft_failure_is_told_without_turning_the_pipeline() -> None:
    """Verdict and reason of a failed should row stand in properties and system-out."""
    row = make_row(verdict=Verdict.FAIL, severity="should", reason="Vary the pauses.")
    case = suite_of(make_results(row)).find("testcase")

    assert case is not None
    assert case.find("properties/property[@name='verdict'][@value='fail']") is not None
    assert "fail (should): Vary the pauses." in (case.findtext("system-out") or "")


def test_an_empty_run_is_an_error() -> None:
    """A run that judged nothing is not a green pipeline."""
    suite = suite_of(make_results())

    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    error = suite.find("testcase/error")
    assert error is not None
    assert "judged no row" in (error.get("message") or "")


def test_an_interrupted_run_is_an_error() -> None:
    """Rows that are missing were not judged; the pipeline must not be green about them."""
    suite = suite_of(make_results(make_row(), run=make_run(complete=False)))

    assert (suite.get("tests"), suite.get("errors")) == ("2", "1")


@given(st.text(st.characters(), max_size=60))
def test_foreign_text_stays_text(text: str) -> None:
    """Any text in any field parses, stays intact and adds no element, control signs drawn."""
    row = make_row(
        id=text,
        verdict=Verdict.FAIL,
        reason=f"reason {text}",
        right=text,
        checks=[make_check(name=text, measured=text, verdict=Verdict.FAIL)],
    )
    suite = suite_of(make_results(row, client=make_client(name=text, spec=text, claims=[text])))
    failure = suite.find("testcase/failure")

    assert failure is not None
    assert failure.get("message") == visible(f"reason {text}")
    assert visible(text) in (failure.text or "")
    assert len(list(suite.iter())) == 15
