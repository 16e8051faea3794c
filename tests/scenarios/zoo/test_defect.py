"""What a defect says of itself, and how it is recorded."""

from __future__ import annotations

import pytest

from scenarios.clients.host import load_factory
from scenarios.reference.backoff import FullJitter
from scenarios.zoo import defect as zoo
from scenarios.zoo.defect import Defect, defect


@pytest.fixture(autouse=True)
def record(monkeypatch: pytest.MonkeyPatch) -> dict[str, Defect]:
    """An empty zoo for each test."""
    empty: dict[str, Defect] = {}
    monkeypatch.setattr(zoo, "RECORDED", empty)
    return empty


def make_defect() -> Defect:
    @defect("M99", seen="here", caught_by={"BACK-001": ("mean *", "sum *"), "BACK-002": "exact"})
    class Hurries(FullJitter):
        """Hurries, and
        never rests.

        More about it.
        """

    return zoo.RECORDED["M99"]


def test_it_is_recorded_under_its_id(record: dict[str, Defect]) -> None:
    """With its rows and where it was seen."""
    made = make_defect()

    assert record == {"M99": made}
    assert made.rows == ("BACK-001", "BACK-002")
    assert made.seen == "here"
    assert made.theme == "test_defect"


def test_some_show_under_load_alone() -> None:
    """Rows of load tests are kept apart, and named by globs in the same way."""

    @defect("Z99", seen="here", under_load={"LOAD-003": ("peak *", "*calls*")})
    class Storms(FullJitter):
        """Storms."""

    made = zoo.RECORDED["Z99"]

    assert (made.rows, made.load_rows) == ((), ("LOAD-003",))
    assert made.shows_in("LOAD-003", "peak of the first second")
    assert not made.shows_in("LOAD-003", "goodput")
    assert make_defect().load_rows == ()


def test_without_any_row_it_is_refused() -> None:
    """Nothing would ever catch it."""
    with pytest.raises(ValueError, match="M99 has no row: give it caught_by, under_load or both"):
        defect("M99", seen="here")(type("Idle", (FullJitter,), {}))


def test_its_sentence_is_the_first_of_the_docstring() -> None:
    """On one line."""
    assert make_defect().defect == "Hurries, and never rests."


@pytest.mark.parametrize(
    ("row", "check", "shown"),
    [
        ("BACK-001", "mean of the first pauses", True),
        ("BACK-001", "sum of all", True),
        ("BACK-001", "control: calls", False),
        ("BACK-002", "exact", True),
        ("BACK-002", "not exact", False),
    ],
)
def test_checks_are_named_by_globs(row: str, check: str, shown: bool) -> None:
    """Of several globs, any."""
    assert make_defect().shows_in(row, check) is shown


def test_a_second_one_of_the_same_id_is_refused() -> None:
    """Ids never move."""
    make_defect()

    with pytest.raises(ValueError, match="two defects are called M99: give Hurries another id"):
        make_defect()


def test_its_spec_loads_the_damaged_client() -> None:
    """As the host loads it, under a name that tells the defect."""
    from scenarios.zoo.pauses import RetriesAtOnce

    spec = Defect("M01", RetriesAtOnce, "", {}).spec

    assert spec == "python:scenarios.zoo.pauses:RetriesAtOnce.factory"
    assert load_factory(spec).manifest()["name"] == "reference with M01"
