"""A mask reaches every text of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.results import Verdict
from scenarios.checks import nothing
from scenarios.masking import masked


def hide(text: str) -> str:
    return text.replace("secret", "***")


@dataclass(frozen=True, slots=True)
class Box:
    """A record with a record inside."""

    name: str
    inside: Any = None


def test_every_depth_is_reached() -> None:
    """Records in mappings in sequences; keys as well as values."""
    value = Box("a secret", [{"secret": ("secret", 1, None, True, 2.5)}, Box("secret")])

    assert masked(value, hide) == Box("a ***", [{"***": ("***", 1, None, True, 2.5)}, Box("***")])


def test_types_are_kept() -> None:
    """A verdict stays a verdict, a tuple a tuple, bytes are left alone."""
    check = masked(nothing("secret", ["secret"]), hide)

    assert check.verdict is Verdict.FAIL
    assert check.name == "***"
    assert check.measured == ["***"]
    assert masked(("secret",), hide) == ("***",)
    assert masked(b"secret", hide) == b"secret"
