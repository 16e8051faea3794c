"""The words of a profile: what is taken, and what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest

from loadtests.errors import InputError
from loadtests.profile_file import profile_of

PHASE = {"name": "a", "length_s": 1.0}


def table(**more: Any) -> dict[str, Any]:
    return {"name": "mine", "note": "n", "phases": [PHASE], **more}


def refused(given: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        profile_of(given, "mine.toml")
    return str(caught.value)


def test_a_profile_needs_a_name_a_note_and_a_phase() -> None:
    """Everything else has a default."""
    profile = profile_of(table(), "mine.toml")

    assert profile.phases[0].role == "steady"
    assert profile.traffic.mix == {"chat": 1.0}
    assert profile.backup is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (table(phases=[]), "phases"),
        (table(phases=[{"name": "a"}]), "phases[0].length_s: missing"),
        (table(phases=[{**PHASE, "length_s": 0.0}]), "phases[0].length_s"),
        (table(phases=[{**PHASE, "lenght_s": 1.0}]), "lenght_s"),
        (table(phases=[{**PHASE, "role": "bad"}]), "phases[0].role"),
        (table(traffic={"mix": {"chat": 0.0}}), "mix has no weight above 0"),
        (table(traffic={"mix": {"songs": 1.0}}), "songs"),
        (table(traffic={"rate_per_s": -1.0}), "traffic.rate_per_s"),
        (table(traffic={"tenants": {"a": 1.0}, "to_rate_per_s": 2.0}), "has tenants and to_rate"),
        (table(targets={"success_share": {}}), "has no bound"),
        (table(targets={"success_share": {"at_least": "high"}}), "success_share.at_least"),
    ],
)
def test_a_mistake_is_named_with_its_place(given: dict[str, Any], told: str) -> None:
    """One line that names the file, the place and what is wrong there."""
    line = refused(given)

    assert line.startswith("mine.toml: ") or "phase a" in line
    assert told in line


def test_every_mistake_has_a_line_of_its_own() -> None:
    """Nobody mends one to be told of the next."""
    lines = refused(table(drain_s=-1.0, quick_scale=2.0)).splitlines()

    assert len(lines) == 2
