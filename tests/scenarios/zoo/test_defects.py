"""The zoo is complete: a defect for every row, rows for every defect, and all of it documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.results import Verdict
from scenarios.catalogue.rows import load_rows
from scenarios.clients.host import load_factory
from scenarios.clients.spec import parse_spec
from scenarios.engine import Engine
from scenarios.registry import discover
from scenarios.targets import Targets
from scenarios.zoo.defects import DEFECTS, THEMES, Defect
from tests.scenarios.test_engine import Heard
from tests.scenarios.zoo.prey import SEED

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "zoo.md"
ROWS = {row.id for row in discover().rows()}
SOUND = {Verdict.PASS, Verdict.ADVISORY}
"""On a busy machine a pause may be late, which is an advisory."""

each_defect = pytest.mark.parametrize("defect", DEFECTS.values(), ids=lambda defect: defect.id)


def test_every_row_has_a_defect() -> None:
    """A row that catches nothing is not known to catch anything."""
    assert ROWS - {row for defect in DEFECTS.values() for row in defect.rows} == set()


@each_defect
def test_every_defect_has_its_rows(defect: Defect) -> None:
    """One at least, with a scenario or under load, and a sentence and a source for people."""
    assert defect.rows or defect.load_rows
    assert set(defect.rows) <= ROWS
    assert {row for row in defect.load_rows if load_rows()[row].group != "LOAD"} == set()
    assert re.fullmatch(r"[^a-z].*[^.]\.", defect.defect)
    assert defect.seen


@each_defect
def test_every_defect_can_be_judged_by_hand(defect: Defect) -> None:
    """Its spec is one for `pawa-scenarios run`."""
    assert defect.id in load_factory(defect.spec).manifest()["name"]


def test_ids_tell_where_a_defect_comes_from() -> None:
    """The catalogue's mutants, our own, the null clients; each counted without a gap of ours."""
    assert all(re.fullmatch(r"M[0-9]{2,3}|Z[0-9]{2}|NULL-[A-F]", name) for name in DEFECTS)
    ours = [name for name in DEFECTS if name.startswith("Z")]
    assert ours == [f"Z{number:02}" for number in range(1, len(ours) + 1)]
    assert [name for name in DEFECTS if name.startswith("NULL")] == [f"NULL-{x}" for x in "ABCDEF"]


def test_every_module_with_defects_is_a_theme() -> None:
    """So that none is forgotten."""
    named = {theme.__name__.rpartition(".")[2] for theme in THEMES}
    written = {
        path.stem
        for path in (ROOT / "scenarios" / "zoo").glob("*.py")
        if re.search(r"^@defect\(", path.read_text("utf-8"), re.MULTILINE)
    }

    assert named == written


async def test_the_undamaged_client_passes_every_row() -> None:
    """The control of the whole zoo: what is caught is the defect, not the reference client."""
    registry = discover()
    engine = Engine(
        registry=registry,
        rows=registry.rows(),
        launch=parse_spec("reference").start,
        seed=SEED,
        targets=Targets(),
        listener=Heard(),
    )
    await engine.run()

    assert [
        f"{judged.row.id} {judged.verdict.value}: {judged.judgement.reason}"
        for judged in engine.judged
        if judged.verdict not in SOUND
    ] == []
    assert len(engine.judged) == len(ROWS)


def test_the_page_names_every_defect() -> None:
    """In a table that `scripts/pages.py` writes; tests/test_docs.py holds it to the registry."""
    page = PAGE.read_text("utf-8")

    assert [name for name in DEFECTS if f"| {name} `" not in page] == []


def test_the_page_counts_right() -> None:
    """How many there are, and of which kind."""
    page = PAGE.read_text("utf-8")
    ours = sum(name.startswith("Z") for name in DEFECTS)
    mutants = sum(name.startswith("M") for name in DEFECTS)

    assert f"{len(DEFECTS)} defects" in page
    assert f"{mutants} mutants" in page
    assert f"{ours} of our own" in page
