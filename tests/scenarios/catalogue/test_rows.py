"""The catalogue of promises as data."""

from __future__ import annotations

import re

import pytest

from reports.results import SEVERITIES
from scenarios.catalogue.rows import CatalogueRow, load_rows, load_sources


def test_every_row_is_whole() -> None:
    """An id of its form, a severity that reports know, a tier, and words for what is right."""
    for row in load_rows().values():
        assert re.fullmatch(r"[A-Z]+-\d{3}", row.id)
        assert row.severity in SEVERITIES
        assert row.tier in (1, 2, 3)
        assert row.right
        assert row.rule


def test_the_group_is_the_id_without_its_number() -> None:
    """RETRY-001 belongs to RETRY."""
    assert load_rows()["RETRY-001"].group == "RETRY"


def row_with(source: str) -> CatalogueRow:
    return CatalogueRow(**{**_fields(load_rows()["RETRY-001"]), "source": source})


def _fields(row: CatalogueRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in CatalogueRow.__slots__}


@pytest.mark.parametrize(
    ("source", "begins"),
    [
        ("RFC9110§15.5", "HTTP semantics"),
        ("OAI-PY (>120 s: stop)", "openai/openai-python"),
        ("FOB S04, S06", "failoverbench"),
        ("ISS-litellm7130", "https://github.com/BerriAI/litellm/issues/7130"),
        ("own simulation §5", "A simulation by this project"),
    ],
)
def test_a_tag_is_explained_whatever_follows_it(source: str, begins: str) -> None:
    """The section, the scenario's number, the remark stay with the tag."""
    ((tag, meaning),) = row_with(source).sources

    assert tag == source
    assert meaning.startswith(begins)


def test_a_tag_is_not_mistaken_for_a_shorter_one() -> None:
    """A4 is not A45, and an unknown tag explains itself."""
    assert row_with("A455").sources == (("A455", ""),)


def test_every_tag_of_a_row_of_the_first_tier_is_explained() -> None:
    """No reader is left with an abbreviation."""
    tags = {
        tag
        for row in load_rows().values()
        if row.tier == 1
        for tag, meaning in row.sources
        if not meaning and re.fullmatch(r"[A-Z0-9-]+(§.*)?", tag)
    }

    assert tags - load_rows().keys() - {row.group for row in load_rows().values()} == set()
    assert load_sources()
