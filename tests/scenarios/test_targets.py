"""Targets: defaults, files, and what a file may not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.errors import InputError
from scenarios.targets import Targets, load_targets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path):
    """Writes a targets file."""

    def write_file(text: str) -> Path:
        path = tmp_path / "targets.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def test_without_a_file_every_target_has_its_default() -> None:
    """reading.md section 0.8."""
    targets = load_targets(None)

    assert (targets.reaction_s, targets.socket_close_s, targets.drain_s) == (0.25, 1.0, 5.0)


def test_a_file_changes_what_it_names(write) -> None:
    """The rest keeps its default; whole numbers are numbers."""
    targets = load_targets(write("[targets]\nreaction_s = 0.5\ndrain_s = 2\n"))

    assert (targets.reaction_s, targets.drain_s, targets.marker_s) == (0.5, 2.0, 0.5)


def test_an_empty_file_changes_nothing(write) -> None:
    """No table, no change."""
    assert load_targets(write("")) == Targets()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[targets]\nreaktion_s = 1.0\n", "unknown target 'reaktion_s'; nearest: reaction_s"),
        ("[targets]\nreaction_s = -1.0\n", "reaction_s = -1.0: input should be greater than"),
        ("[targets]\nreaction_s = nan\n", "reaction_s = nan"),
        ('[targets]\nreaction_s = "fast"\n', "reaction_s = 'fast': input should be a valid number"),
        ("reaction_s = 1.0\n", "'reaction_s' has no place; write one table [targets]"),
        ("targets = 3\n", "'targets' has no place"),
        ("[targets\n", "is no TOML"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(write, text: str, told: str) -> None:
    """The file, the place, the mend."""
    path = write(text)

    with pytest.raises(InputError) as error:
        load_targets(path)

    assert told in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(InputError, match=r"none\.toml: No such file"):
        load_targets(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are no UTF-8."""
    path = tmp_path / "targets.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(InputError, match="not UTF-8"):
        load_targets(path)


def test_every_target_says_what_it_is_for() -> None:
    """The reason is part of the target."""
    assert [name for name, field in Targets.model_fields.items() if not field.description] == []
