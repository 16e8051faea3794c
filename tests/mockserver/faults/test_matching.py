"""Which requests a match is about, and what it says of one that it is not about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.faults.matching import compile_match
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
