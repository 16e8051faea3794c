"""Which scenario judges which row, and how rows are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.catalogue.rows import load_rows
from scenarios.errors import CatalogueError, InputError
from scenarios.registry import Registry, Scenario, discover, scenario

if TYPE_CHECKING:
    from scenarios.lab import Lab


@pytest.fixture
def registry() -> Registry:
    """Three rows with a scenario, of the real catalogue."""
    made = Registry(load_rows())

    @scenario("RETRY-001", "RETRY-002", registry=made)
    async def retries(lab: Lab) -> None:
        """How retries are tested."""

    @scenario("SSE-002", needs=("streaming",), random=True, registry=made)
    async def line_ends(lab: Lab) -> None:
        """How line ends are tested."""

    return made


def test_rows_come_in_the_order_of_the_catalogue(registry: Registry) -> None:
    """Whatever the order of registration."""
    assert [row.id for row in registry.rows()] == ["RETRY-001", "RETRY-002", "SSE-002"]


def test_a_scenario_knows_its_place_and_its_words(registry: Registry) -> None:
    """For the report and for `explain`."""
    found = registry.scenario_of("SSE-002")

    assert found.place.endswith("test_registry::line_ends")
    assert found.told == "How line ends are tested."
    assert (found.random, found.needs) == (True, frozenset({"streaming"}))


def test_of_several_claims_one_may_do() -> None:
    """What is missing is told as a reader says it."""
    entry = Scenario(
        "s", "m", ("RETRY-001",), nothing, needs_any=frozenset({"retry", "rate_limit"})
    )

    assert entry.unclaimed({"retry"}) == ()
    assert entry.unclaimed({"streaming"}) == ("rate_limit or retry",)


@pytest.mark.parametrize(
    ("patterns", "groups", "expected"),
    [
        ([], [], ["RETRY-001", "RETRY-002", "SSE-002"]),
        (["RETRY-001"], [], ["RETRY-001"]),
        (["retry-00*"], [], ["RETRY-001", "RETRY-002"]),
        (["SSE-*", "RETRY-002"], [], ["RETRY-002", "SSE-002"]),
        ([], ["sse"], ["SSE-002"]),
        (["RETRY-001"], ["SSE"], ["RETRY-001", "SSE-002"]),
    ],
)
def test_rows_are_chosen_by_pattern_and_group(
    registry: Registry, patterns: list[str], groups: list[str], expected: list[str]
) -> None:
    """In any case, each once, in the catalogue's order."""
    assert [row.id for row in registry.select(patterns, groups)] == expected


@pytest.mark.parametrize(
    ("patterns", "groups", "told"),
    [
        (["RETRY-01"], [], r"unknown row 'RETRY-01'; nearest: RETRY-001"),
        (["NOPE-*"], [], r"unknown row 'NOPE-\*'"),
        (["RETRY-003"], [], r"row RETRY-003 is in the catalogue but has no scenario yet"),
        ([], ["RETRI"], r"unknown group 'RETRI'; groups: RETRY, SSE"),
    ],
)
def test_what_fits_nothing_is_told(
    registry: Registry, patterns: list[str], groups: list[str], told: str
) -> None:
    """With the nearest that would fit."""
    with pytest.raises(InputError, match=told):
        registry.select(patterns, groups)


async def nothing(lab: Lab) -> None:
    """A scenario's body."""


async def silent(lab: Lab) -> None:
    pass


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (Scenario("s", "m", (), nothing), "m::s names no row"),
        (Scenario("s", "m", ("RETRY-1",), nothing), "unknown row RETRY-1; nearest: RETRY-"),
        (Scenario("s", "m", ("RETRY-001",), nothing), "RETRY-001 is judged by .*retries and by m"),
        (Scenario("s", "m", ("RETRY-004",), silent), "has no docstring"),
        (
            Scenario("s", "m", ("RETRY-004",), nothing, needs=frozenset({"retries"})),
            "unknown claim 'retries'; nearest: retry",
        ),
    ],
)
def test_a_wrong_registration_is_refused(registry: Registry, entry: Scenario, told: str) -> None:
    """When the module is imported, not in the middle of a run."""
    with pytest.raises(CatalogueError, match=told):
        registry.add(entry)


def test_the_catalogues_modules_are_found_by_themselves() -> None:
    """Every module of the package, each once."""
    registry = discover()

    assert discover() is registry
    assert registry.scenario_of("RETRY-001").module == "scenarios.catalogue.retry"
