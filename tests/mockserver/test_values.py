"""Dataclasses that nobody changes."""

from __future__ import annotations

from dataclasses import replace

from mockserver.values import value


@value
class Point:
    x: int
    y: int = 0


def test_they_compare_by_their_fields_and_can_be_keys() -> None:
    """As frozen ones do."""
    assert Point(1) == Point(1, 0)
    assert {Point(1): "a"}[Point(1, 0)] == "a"
    assert replace(Point(1), y=5) == Point(1, 5)
    assert not hasattr(Point(1), "__dict__")
