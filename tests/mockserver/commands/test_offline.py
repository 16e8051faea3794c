"""`faults`, `presets` and `check`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.faults.catalogue import FAULTS
from mockserver.presets import NAMES, preset_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_faults_lists_every_fault(pawa_mock: PawaMock) -> None:
    """For people, and as JSON for programs."""
    told = pawa_mock("faults")
    listed = json.loads(pawa_mock("faults", "--json").out)

    assert told.code == 0
    assert [kind for kind in FAULTS if f" {kind} " not in told.out] == []
    assert [fault["kind"] for fault in listed] == list(FAULTS)
    assert set(listed[0]) == {"kind", "summary", "example", "settings"}


@pytest.mark.parametrize("kind", list(FAULTS))
def test_one_fault_is_told_in_full(pawa_mock: PawaMock, kind: str) -> None:
    """Its settings, and an example on one line."""
    told = pawa_mock("faults", kind)

    assert told.code == 0
    assert told.out.startswith(f"{kind}: ")
    assert f'Example: fault = {{ kind = "{kind}"' in told.out
    assert [name for name in FAULTS[kind].model_fields if name not in told.out] in ([], ["kind"])


def test_an_unknown_fault_is_one_line(pawa_mock: PawaMock) -> None:
    """With the nearest."""
    told = pawa_mock("faults", "stauts")

    assert (told.code, told.out) == (2, "")
    assert told.err == "pawa-mock: fault 'stauts' is unknown; nearest: status, stall\n"


def test_presets_are_listed_and_printed(pawa_mock: PawaMock) -> None:
    """The printed file is a beginning of one's own."""
    told = pawa_mock("presets")

    assert [name for name in NAMES if name not in told.out] == []
    assert [each["name"] for each in json.loads(pawa_mock("presets", "--json").out)] == list(NAMES)
    assert pawa_mock("presets", "outage").out == preset_text("outage")
    assert pawa_mock("presets", "x").code == 2


def test_check_tells_every_mistake_of_every_file(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """Exit code 0 only when all are good."""
    good, bad, worse = (tmp_path / name for name in ("good.toml", "bad.json", "worse.toml"))
    good.write_text('[[rules]]\nfault = { kind = "noop" }')
    bad.write_text('{"seed": "x", "latency": {"answer_s": -1}}')
    worse.write_text("=")

    fine = pawa_mock("check", str(good))
    wrong = pawa_mock("check", str(good), str(bad), str(worse))

    assert (fine.code, fine.out, fine.err) == (0, f"{good}: good (1 rules)\n", "")
    assert wrong.code == 2
    assert wrong.out == fine.out
    assert len(wrong.err.splitlines()) == 3
    assert f"pawa-mock: {bad}: latency.answer_s: must be at least 0, not -1\n" in wrong.err


def test_check_wants_a_file(pawa_mock: PawaMock) -> None:
    """One line."""
    assert pawa_mock("check").err == (
        "pawa-mock: Missing argument 'FILES...'; see pawa-mock check --help\n"
    )
