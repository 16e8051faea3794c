"""Rows in words and as data."""

from __future__ import annotations

from scenarios.explain import explanation, listing, listing_text
from scenarios.registry import discover


def test_the_list_holds_exactly_the_rows_that_have_a_scenario() -> None:
    """With what a program needs of each."""
    registry = discover()
    listed = listing(registry)

    assert [entry["id"] for entry in listed] == [row.id for row in registry.rows()]
    assert {"id", "tier", "severity", "group", "right"} <= listed[0].keys()


def test_the_list_can_be_read() -> None:
    """One line a row."""
    text = listing_text(discover())

    assert "RETRY-001" in text
    assert text.splitlines()[-1].startswith(f"{len(discover().rows())} rows")


def test_a_row_is_explained() -> None:
    """What is right, why, how it is tested, and where it comes from."""
    registry = discover()
    row = registry.row("RETRY-001")
    text = explanation(row, registry.scenario_of(row.id))

    for section in ("What is right", "Why", "How it is tested", "Source", "Claims it needs"):
        assert f"\n{section}\n" in text
    assert "must*" in text
    assert "Control" in text
    assert "Google AIP-194" in text
    assert max(len(line) for line in text.splitlines()) <= 130


def test_a_row_that_every_client_owes_says_so() -> None:
    """KEY-001 needs no claim."""
    registry = discover()
    row = registry.row("KEY-001")

    assert "every client owes this" in explanation(row, registry.scenario_of(row.id))
