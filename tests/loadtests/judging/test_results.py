"""A run as a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from loadtests.errors import InputError
from loadtests.judging.results import judge
from loadtests.profile import Target
from loadtests.request import LoadRequest
from reports.document import from_json, to_json
from reports.results import Verdict, exit_code
from tests.loadtests.judging.runs import Run

if TYPE_CHECKING:
    from reports.results import Results

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def results_of(run: Run, **request: Any) -> Results:
    asked = LoadRequest(run.profile, "reference", seed=1, **request)
    return judge(asked, run.schedule, run.seen, started_at=AT, duration_s=12.34567)


def a_good_run(**profile: Any) -> Run:
    table = {"rows": ["LOAD-001"], "targets": {"success_share": {"at_least": 0.99}}, **profile}
    return Run(("steady", 10.0), rate=20.0, control=True, profile=table).all_well()


def test_a_run_has_its_rows_targets_and_what_is_said_of_the_run_itself() -> None:
    """The streams' row only where there are streams."""
    results = results_of(a_good_run())
    streams = results_of(Run(mix={"stream": 1.0}).all_well())

    assert [row.id for row in results.rows] == [
        "LOAD-001",
        "RUN-001",
        "RUN-002",
        "TARGET-success_share",
    ]
    assert [row.id for row in streams.rows] == ["RUN-001", "RUN-002", "RUN-003"]


def test_a_row_of_the_catalogue_keeps_its_own_words() -> None:
    """Severity, tier and promise are not the load test's to change."""
    row = results_of(a_good_run()).row("LOAD-001")

    assert (row.severity, row.tier, row.group) == ("should", 1, "LOAD")
    assert row.right == "With random transient errors most calls succeed at a small extra load."
    assert row.scenario == "load profile mine"


def test_the_document_can_be_written_and_read() -> None:
    """With its figures, lines and counts, the same as before."""
    results = results_of(a_good_run())

    assert from_json(to_json(results)) == results
    assert results.load is not None
    assert results.load.counts["scheduled"] == results.load.counts["control.scheduled"] == 200
    assert results.load.line("goodput", "control") is not None
    assert results.load.figure("success_share") is not None
    assert results.load.spans[0].end_s == 10.0


def test_a_persons_targets_turn_the_exit_code() -> None:
    """Those of the profile do not."""
    run = a_good_run()
    for index in (3, 4, 5):
        run.client.seen.calls[index] = replace(run.client.seen.calls[index], outcome="timeout")
    shipped = results_of(run)
    own = results_of(run, targets={"success_share": Target(at_least=0.99)})

    assert shipped.row("TARGET-success_share").verdict is Verdict.FAIL
    assert not shipped.broken
    assert [row.id for row in own.broken] == ["TARGET-success_share"]
    assert exit_code(own) == 1
    assert own.run.targets == {"success_share": {"at_least": 0.99}}


def test_a_generator_that_lagged_takes_all_verdicts_with_it() -> None:
    """Nothing is laid at the client's door, not even what it seems to have broken."""
    run = Run(profile={"targets": {"success_share": {"at_least": 0.99}}})
    for arrival in run.due():
        run.client.call(arrival, "timeout", late_s=0.5)
    results = results_of(run, targets={"success_share": Target(at_least=0.99)})

    assert {row.verdict for row in results.rows} == {Verdict.HARNESS_FAULT}
    assert all("behind its schedule" in row.reason for row in results.rows)
    assert exit_code(results) == 3


def test_a_run_that_was_cut_short_says_so() -> None:
    """What was seen is in it."""
    run = a_good_run()
    run.seen.cut_short, run.seen.cut_at_s = True, 4.0
    results = results_of(run)

    assert not results.run.complete
    assert results.row("TARGET-success_share").verdict is Verdict.NOT_TESTABLE
    assert exit_code(results) == 3


def test_the_client_is_named_in_its_own_words() -> None:
    """One that says nothing of itself has its spec alone."""
    run = a_good_run()
    run.client.claims("retry", "cache", max_attempts=3)
    client = results_of(run).client
    run.client.seen.manifest = None
    silent = results_of(run).client

    assert (client.spec, client.name, client.claims) == (
        "reference",
        "made by hand",
        ("cache", "retry"),
    )
    assert client.limits == {"max_attempts": 3}
    assert (silent.spec, silent.name, silent.claims) == ("reference", "", ())


def test_when_and_where_a_run_was_made_stand_in_it() -> None:
    """With the seed that repeats it."""
    run = results_of(a_good_run()).run

    assert (run.started_at, run.duration_s, run.seed) == ("2026-01-02T03:04:05+00:00", 12.346, 1)
    assert run.machine["cores"]
    assert run.noise == {"p99_s": 0.0, "limit_p99_s": 0.05}


def test_a_row_that_nobody_judges_is_refused() -> None:
    """With those that are."""
    with pytest.raises(InputError, match="no row 'LOAD-006' is judged under load; they are LOAD-"):
        results_of(a_good_run(rows=["LOAD-006"]))
