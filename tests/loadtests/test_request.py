"""What a person asked for."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from loadtests.profile_file import profile_of
from loadtests.request import LoadRequest

PROFILE = profile_of({"name": "short", "note": "", "phases": [{"name": "a", "length_s": 1.0}]}, "p")


def test_a_run_has_a_control_and_one_process_unless_told_otherwise() -> None:
    """What most people want needs no word."""
    request = LoadRequest(PROFILE, "reference", seed=1)

    assert request.control
    assert not request.quick
    assert (request.processes, request.adapters) == (1, 1)


def test_what_was_asked_for_does_not_change_during_a_run() -> None:
    """A request is frozen."""
    request = LoadRequest(PROFILE, "reference", seed=1)

    with pytest.raises(FrozenInstanceError):
        request.seed = 2  # type: ignore[misc]
