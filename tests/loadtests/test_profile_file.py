"""Profiles are found by name or path, and build on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadtests import profile_file
from loadtests.errors import InputError
from loadtests.profile_file import load_profile, profile_of, shipped, traffic_of

if TYPE_CHECKING:
    from pathlib import Path

BASE = """
name = "base"
note = "n"
[traffic]
rate_per_s = 20.0
mix = { chat = 3.0, embed = 1.0 }
[targets]
success_share = { at_least = 0.9 }
[[phases]]
name = "one"
length_s = 2.0
[[phases]]
name = "two"
length_s = 2.0
traffic = { rate_per_s = 40.0, mix = { stream = 1.0 } }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place with one shipped profile, `base`."""
    (tmp_path / "base.toml").write_text(BASE)
    monkeypatch.setattr(profile_file, "SHIPPED", tmp_path)
    return tmp_path


def test_a_shipped_profile_goes_by_its_name(folder: Path) -> None:
    """No suffix, no slash: a name."""
    assert shipped() == ("base",)
    assert load_profile("base").name == "base"


def test_an_unknown_name_gets_the_nearest(folder: Path) -> None:
    """A typing mistake costs one line."""
    with pytest.raises(InputError, match="no profile 'bass'; nearest: base; the shipped ones are"):
        load_profile("bass")


def test_a_file_that_is_not_there_is_one_line(folder: Path) -> None:
    """A path is read as a path."""
    with pytest.raises(InputError, match="cannot be read: no such file"):
        load_profile(str(folder / "mine.toml"))


def test_what_a_phase_does_not_say_the_profile_says(folder: Path) -> None:
    """A mix or tenants are replaced whole, since weights of both would make a third mix."""
    profile = load_profile("base")

    first, second = (traffic_of(profile, phase) for phase in profile.phases)

    assert (first.rate_per_s, dict(first.mix)) == (20.0, {"chat": 3.0, "embed": 1.0})
    assert (second.rate_per_s, dict(second.mix)) == (40.0, {"stream": 1.0})


def test_a_file_can_extend_a_shipped_profile(folder: Path) -> None:
    """Tables are laid over it; phases of its own take the place of all."""
    mine = folder / "mine.toml"
    mine.write_text(
        'extends = "base"\nname = "mine"\n[targets]\nspend_units = { at_most = 5.0 }\n'
        '[[phases]]\nname = "only"\nlength_s = 1.0\n'
    )

    profile = load_profile(str(mine))

    assert [phase.name for phase in profile.phases] == ["only"]
    assert set(profile.targets) == {"success_share", "spend_units"}
    assert profile.traffic.rate_per_s == 20.0


def test_extending_what_is_not_shipped_is_refused(folder: Path) -> None:
    """The message lists what can be extended."""
    mine = folder / "mine.toml"
    mine.write_text('extends = "other"\nname = "mine"\nnote = ""\n')

    with pytest.raises(InputError, match="extends: 'other' is no shipped profile; they are base"):
        load_profile(str(mine))


def test_the_traffic_of_a_phase_is_checked_when_the_profile_is_read() -> None:
    """Not in the middle of a run."""
    table = {
        "name": "mine",
        "note": "",
        "phases": [{"name": "late", "length_s": 1.0, "traffic": {"rate": 3.0}}],
    }

    with pytest.raises(InputError, match="phase late: traffic: rate"):
        profile_of(table, "mine.toml")
