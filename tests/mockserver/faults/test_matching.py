"""Which requests a match is about, and what it says of one that it is not about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.faults.matching import compile_match, like
from mockserver.faults.rules import Match

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.facts import RequestFacts

    MakeFacts = Callable[..., RequestFacts]


@pytest.mark.parametrize(
    ("match", "facts", "differing"),
    [
        ({}, {}, ()),
        ({"method": "get"}, {}, ("method",)),
        ({"stream": True}, {}, ("stream",)),
        ({"key": "prod"}, {}, ("key",)),
        ({"project": "staging"}, {"project": "staging"}, ()),
        ({"project": "staging"}, {"project": "production"}, ("project",)),
        ({"project": "staging"}, {"project": None}, ("project",)),
        ({"path": "/voice/*", "model": "pawa-tts-*"}, {}, ("path", "model")),
        ({"attempt": 2}, {}, ("attempt",)),
        ({"token": "call-ff*"}, {}, ("token",)),
        ({"header": {"X-Tenant": "a", "User-Agent": "test/*"}}, {}, ("header.X-Tenant",)),
        ({"body": "picha"}, {}, ("body",)),
        ({"method": "GET", "attempt": 1, "body": "picha"}, {}, ("method", "body")),
    ],
)
def test_a_match_names_the_fields_that_do_not_hold(
    make_facts: MakeFacts, match: dict[str, Any], facts: dict[str, Any], differing: tuple[str, ...]
) -> None:
    """Nothing differs exactly where it matches."""
    matcher, request = compile_match(Match.model_validate(match)), make_facts(**facts)

    assert matcher.differing(request) == differing
    assert matcher.matches(request) is (differing == ())


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("a.c", "a.c", True),
        ("a.c", "abc", False),
        ("a?c", "abc", True),
        ("/v1/*", "/v1/chat/request", True),
        ("[ab]*", "beta", True),
        ("[!ab]*", "beta", False),
        ("abc", "ABC", False),
    ],
)
def test_a_glob_knows_stars_question_marks_and_sets(glob: str, text: str, fits: bool) -> None:
    """The whole text, with case; a star crosses slashes."""
    assert like(glob)(text) is fits
