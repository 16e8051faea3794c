"""The errors of load tests."""

from __future__ import annotations

from loadtests.errors import InputError, LoadError, WorldError


def test_what_a_person_did_wrong_is_told_from_what_the_harness_did() -> None:
    """Both are errors of a load test; neither is the other."""
    assert issubclass(InputError, LoadError)
    assert issubclass(WorldError, LoadError)
    assert not issubclass(InputError, WorldError)
