"""What was typed: looked at before anything is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadtests.asking import check_profile, read_request
from loadtests.errors import InputError
from loadtests.profile_file import load_profile, profile_of, shipped

if TYPE_CHECKING:
    from pathlib import Path

PHASES = [{"name": "a", "length_s": 1.0}]


def test_a_request_is_what_was_typed(tmp_path: Path) -> None:
    """The profile is read, the folder is not made."""
    request = read_request(
        profile="outage", spec="raw", quick=True, seed=7, out=tmp_path / "out", control=False
    )

    assert (request.profile.name, request.spec, request.seed) == ("outage", "raw", 7)
    assert (request.quick, request.control) == (True, False)
    assert request.out_dir == tmp_path / "out"
    assert not (tmp_path / "out").exists()


def test_each_run_has_a_seed_of_its_own() -> None:
    """Unless one was typed."""
    seeds = {read_request(profile="outage", spec="raw").seed for _ in range(3)}

    assert len(seeds) == 3


def test_a_target_of_ones_own_is_read(tmp_path: Path) -> None:
    """It binds, beside those of the profile."""
    path = tmp_path / "ours.toml"
    path.write_text("[targets]\namplification = { at_most = 1.5 }\n", "utf-8")

    request = read_request(profile="outage", spec="raw", targets=path)

    assert request.targets["amplification"].at_most == 1.5


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Before the run, by the name of the option."""
    (tmp_path / "taken").write_text("a file", "utf-8")

    with pytest.raises(InputError, match=r"^--out .*taken: not a directory"):
        read_request(profile="outage", spec="raw", out=tmp_path / "taken")


def test_a_row_that_nobody_judges_is_refused() -> None:
    """With the nearest."""
    profile = profile_of({"name": "p", "note": "", "phases": PHASES, "rows": ["LOAD-02"]}, "p")

    with pytest.raises(InputError, match=r"p\.toml: rows: no row 'LOAD-02' .*nearest: LOAD-0"):
        check_profile(profile, "p.toml")


def test_a_target_of_a_profile_that_nobody_measures_is_refused() -> None:
    """A typing error is no target that is always met."""
    aims = {"amplificaton": {"at_most": 1.0}}
    profile = profile_of({"name": "p", "note": "", "phases": PHASES, "targets": aims}, "p")

    with pytest.raises(InputError, match=r"p\.toml: targets: nobody measures 'amplificaton'"):
        check_profile(profile, "p.toml")


@pytest.mark.parametrize("name", shipped())
def test_the_shipped_profiles_aim_at_what_is_there(name: str) -> None:
    """Rows and figures."""
    check_profile(load_profile(name), name)
