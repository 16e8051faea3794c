"""Targets of a person's own: read strictly, and each must be a figure that somebody measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadtests.errors import InputError
from loadtests.profile import Target
from loadtests.targets_file import load_targets, refuse_unmeasured

if TYPE_CHECKING:
    from pathlib import Path

FIGURES = ("success_share", "delay_p95_s")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_target_has_a_bound_and_a_reason(tmp_path: Path) -> None:
    """As it was written."""
    path = written(tmp_path, "[targets]\nsuccess_share = { at_least = 0.99, why = 'we said so' }\n")

    assert load_targets(path, FIGURES) == {
        "success_share": Target(at_least=0.99, why="we said so"),
    }


def test_without_a_file_there_are_none() -> None:
    """The profile has its own."""
    assert load_targets(None, FIGURES) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[targets]\nsucces_share = { at_least = 1.0 }",
            "nobody measures 'succes_share'; nearest: s",
        ),
        ("[targets]\nsuccess_share = { above = 0.9 }", r"targets\.success_share\.above"),
        ("[targets]\nsuccess_share = {}", "has no bound; give at_least, at_most or both"),
        ("[targets]\nsuccess_share = 0.9", r"targets\.success_share"),
        ("[targets]\nsuccess_share = { at_least = '1' }", r"targets\.success_share\.at_least"),
        ("[target]\nsuccess_share = { at_least = 1.0 }", "target"),
        ("[targets", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """One line that begins with the file."""
    path = written(tmp_path, text)

    with pytest.raises(InputError, match=told) as caught:
        load_targets(path, FIGURES)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With what the system says."""
    with pytest.raises(InputError, match=r"none\.toml: cannot be read: no such file"):
        load_targets(tmp_path / "none.toml", FIGURES)


def test_a_target_that_nobody_measures_is_refused_wherever_it_stands() -> None:
    """In a profile as well; the nearest figure is named."""
    with pytest.raises(InputError, match=r"^errors: targets: nobody measures 'delay_p95'; nearest"):
        refuse_unmeasured(["success_share", "delay_p95"], FIGURES, "errors")
