"""The zoo under load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadtests.hunt import hunt_one, profiles_of, without_load
from loadtests.judging.rows import ROWS
from reports.results import Check, Client, Results, Row, Run, Verdict
from scenarios.catches import all_defects, choose
from scenarios.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.request import LoadRequest

DEFECTS = all_defects()
UNDER_LOAD = [defect for defect in DEFECTS.values() if defect.load_rows]


def results(*verdicts: tuple[str, Verdict, str]) -> Results:
    rows = [
        Row(id_, verdict, "", "should", 1, "LOAD", "", [Check(name, 1, 2, "", verdict)])
        for id_, verdict, name in verdicts
    ]
    return Results(
        Run("r", "2026-01-01T00:00:00+00:00", 1.0, 1, "0"), Client("s", "n", "1", "x"), rows
    )


class Runs:
    """Makes runs with given ends, one after the other."""

    def __init__(self, ends: Sequence[Results]) -> None:
        self.ends = list(ends)
        self.asked: list[LoadRequest] = []

    def __call__(self, request: LoadRequest) -> Results:
        self.asked.append(request)
        return self.ends.pop(0)


def test_every_row_has_a_profile_and_a_defect() -> None:
    """A row without a client that breaks it is not proved."""
    assert {row for defect in UNDER_LOAD for row in defect.load_rows} == set(ROWS)
    assert {row for rows in profiles_of(tuple(ROWS)).values() for row in rows} == set(ROWS)


def test_a_defect_is_caught_by_the_check_that_it_names() -> None:
    """In the profile that judges the row, in its quick form."""
    runs = Runs([results(("LOAD-012", Verdict.FAIL, "expired calls sent"))])

    hunted = hunt_one(DEFECTS["M94"], 7, runs)

    assert hunted.caught
    assert [(one.profile.name, one.quick, one.seed) for one in runs.asked] == [("outage", True, 7)]


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.ADVISORY, Verdict.NOT_TESTABLE])
def test_whatever_is_no_failure_lets_it_escape(verdict: Verdict) -> None:
    """Also a row that could not be tested."""
    assert not hunt_one(DEFECTS["M94"], 7, Runs([results(("LOAD-012", verdict, "expired"))])).caught


def test_a_failure_by_another_check_proves_nothing() -> None:
    """It says so."""
    hunted = hunt_one(DEFECTS["M94"], 7, Runs([results(("LOAD-012", Verdict.FAIL, "other"))]))

    assert not hunted.caught
    assert "another check" in hunted.catches[0].told


def test_a_busy_machine_is_no_escape() -> None:
    """The run is made anew."""
    busy = results(("LOAD-012", Verdict.HARNESS_FAULT, "expired"))
    good = results(("LOAD-012", Verdict.FAIL, "expired"))

    assert hunt_one(DEFECTS["M94"], 7, Runs([busy, busy, good])).caught


def test_a_defect_without_load_is_hunted_elsewhere() -> None:
    """The message says where."""
    with pytest.raises(InputError, match="'m14' is judged by scenarios alone: `pawa-sc"):
        choose(DEFECTS, ["m14"], elsewhere=without_load(DEFECTS))
    assert choose(DEFECTS, (), elsewhere=without_load(DEFECTS)) == UNDER_LOAD
