"""What users say."""

from __future__ import annotations

import string

import pytest

from loadtests.traffic.words import LANGUAGES, Language

GAPS = {"name", "town", "thing", "count", "money", "number"}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.locale)
def test_templates_have_only_gaps_that_are_filled(language: Language) -> None:
    """A wrong gap would show in the middle of a run."""
    templates = (
        language.system,
        *language.opening,
        *language.following,
        *language.padding,
        *language.sentences,
    )
    gaps = {name for text in templates for _, name, _, _ in string.Formatter().parse(text) if name}

    assert gaps <= GAPS
    assert all(templates)
    assert language.things
