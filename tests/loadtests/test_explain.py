"""What `pawa-load list` and `explain` print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from loadtests.errors import InputError
from loadtests.explain import explanation, listing_json, listing_text
from loadtests.judging.figures import FIGURES
from loadtests.judging.rows import ROWS
from loadtests.profile_file import shipped

if TYPE_CHECKING:
    from pathlib import Path


def test_the_list_has_every_profile() -> None:
    """With its length, that of its quick form, its rows and what happens."""
    lines = listing_text().splitlines()

    assert lines[0].split()[:4] == ["profile", "length", "quick", "rows"]
    assert [line.split()[0] for line in lines[1:-1]] == list(shipped())
    assert any(line.startswith("outage ") and "LOAD-002" in line for line in lines)


def test_the_list_is_for_programs_as_well() -> None:
    """Lengths in seconds."""
    told = {one["name"]: one for one in json.loads(listing_json())}

    assert told.keys() == {*shipped()}
    assert told["outage"]["quick_s"] < told["outage"]["length_s"]
    assert "LOAD-002" in told["outage"]["rows"]


def test_without_a_word_there_is_all_that_can_be_explained() -> None:
    """Profiles, rows, figures."""
    told = explanation()

    assert all(f"  {word} " in told for word in (*shipped(), *ROWS, *FIGURES))


@pytest.mark.parametrize("name", shipped())
def test_every_profile_can_be_explained(name: str) -> None:
    """Its phases, its rows, its targets with their reasons."""
    told = explanation(name)

    assert told.startswith(f"{name}  ")
    assert "Phases" in told
    assert "Targets" in told


@pytest.mark.parametrize("row", ROWS)
def test_every_row_can_be_explained(row: str) -> None:
    """In any case; how it is judged is in the words of its code."""
    told = explanation(row.lower())

    assert told.startswith(f"{row}  ")
    assert "How it is judged\n  " in told
    assert "Defects that it catches" in told


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_explained(name: str) -> None:
    """What it says, which way is better, and how to aim at it."""
    kind = FIGURES[name]
    told = explanation(name)

    assert told.startswith(f"{name}  {kind.label}")
    assert ("More is better." in told) == (kind.better == "higher")
    assert "A target of your own" in told


def test_a_persons_own_profile_can_be_explained(brief: Path) -> None:
    """By its path; a phase's note is what the server does."""
    told = explanation(str(brief))

    assert told.startswith("brief  1.40 s of traffic, 467 ms with --quick")
    assert "a third fails" in told
    assert "Its file" not in told


def test_an_unknown_word_names_the_nearest() -> None:
    """Of whatever there is."""
    with pytest.raises(InputError, match="'outge' is no profile, row or figure; nearest: outage"):
        explanation("outge")
