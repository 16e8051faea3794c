"""What the world hands over is what the traffic side gets."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from loadtests.errors import WorldError
from loadtests.plan import VARIABLE, Instance, Lane, Plan, plan_of_environment
from loadtests.profile_file import profile_of

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = profile_of(
    {
        "name": "mine",
        "note": "n",
        "traffic": {"repeats": {"prompts": 3}},
        "phases": [{"name": "a", "length_s": 5.0, "traffic": {"crowd": 3}}],
    },
    "mine.toml",
)
PLAN = Plan(
    profile=PROFILE,
    quick=True,
    seed=7,
    lanes=(Lane("client", "reference", (Instance("everyone", {"api_key": "k"}),), processes=2),),
    events="events.jsonl",
    patience_s=30.0,
    drain_s=5.0,
)


def test_a_plan_survives_its_document() -> None:
    """The schedule, drawn on either side, is the same."""
    read = Plan.from_json(PLAN.to_json())

    assert read == PLAN
    assert read.schedule().arrivals == PLAN.schedule().arrivals


def test_a_plan_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds the keys of the run's mock."""
    path = tmp_path / "plan.json"
    PLAN.write(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["plan.json"]


def test_the_environment_names_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable there is none; a file that is gone is an error of the harness."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert plan_of_environment() is None

    PLAN.write(tmp_path / "plan.json")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "plan.json"))
    assert plan_of_environment() == PLAN

    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone.json"))
    with pytest.raises(WorldError, match=VARIABLE):
        plan_of_environment()
