"""Messages that help: what was meant, and what is known."""

from __future__ import annotations

from scenarios.errors import nearest


def test_the_nearest_words_are_named() -> None:
    """A typing slip is answered with what was probably meant."""
    assert nearest("RETRY-01", ["RETRY-001", "SSE-002"]) == "; nearest: RETRY-001"


def test_case_does_not_matter() -> None:
    """The known spelling comes back whatever the case of the slip."""
    assert nearest("retry-01", ["RETRY-001"]) == "; nearest: RETRY-001"


def test_nothing_near_is_not_guessed() -> None:
    """A word unlike any other gets no suggestion."""
    assert nearest("xylophone", ["RETRY-001", "SSE-002"]) == ""
