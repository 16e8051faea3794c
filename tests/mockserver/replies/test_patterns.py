"""Strings that a pattern matches."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.patterns import matching


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^\+255[67]\d{8}$",
        r"^(mobile|bank)_(?P<n>\d)(?P=n)$",
        r"[^a-y]",
        r"[^\d\s]+x?",
        r"^\w+\W\S\D\s$",
        r".*",
        r"(a|b)*c{2,}?",
        r"^(x)?(?(1)y|z)$",
        r"^[\w.-]+@[\w-]+\.[a-z]{2,}$",
        r"^(?:0|[1-9]\d*)$",
        r"",
    ],
)
@given(seed=st.integers(0, 1000), stretch=st.integers(0, 9))
def test_what_is_written_matches(pattern: str, seed: int, stretch: int) -> None:
    """Classes, repeats, groups and choices."""
    assert re.search(pattern, matching(pattern, random.Random(seed), stretch))


def test_the_same_draw_writes_the_same() -> None:
    """And strings are short unless the pattern wants them long."""
    first, again = (matching("^[a-z]+$", random.Random(5)) for _ in range(2))

    assert first == again
    assert len(first) <= 3
    assert len(matching("^a{40}$", random.Random(5))) == 40


@pytest.mark.parametrize("pattern", ["a{30000}", "(a{999}){999}"])
def test_a_pattern_may_not_ask_for_endless_strings(pattern: str) -> None:
    """What it would take is refused."""
    with pytest.raises(ValueError, match="too long"):
        matching(pattern, random.Random(0))
