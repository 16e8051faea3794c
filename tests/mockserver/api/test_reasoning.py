"""The switch for reasoning."""

from __future__ import annotations

import pytest

from mockserver.api.fields import BadRequest
from mockserver.api.reasoning import read_effort


@pytest.mark.parametrize(
    ("body", "effort"),
    [
        ({}, None),
        ({"capabilities": {"name": "reasoning"}}, "medium"),
        ({"capabilities": {"name": "reasoning", "effort": "high"}}, "high"),
        ({"reasoning": {}}, "medium"),
        ({"reasoning": {"effort": "low"}}, "low"),
        ({"capabilities": {"name": "reasoning"}, "reasoning": {"effort": "medium"}}, "medium"),
    ],
)
def test_both_spellings_are_understood(body: dict[str, object], effort: str | None) -> None:
    """That of the documents, and that of the SDK."""
    assert read_effort(body) == effort


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"capabilities": "reasoning"}, "capabilities must be a JSON object"),
        ({"capabilities": {"name": "vision"}}, "capabilities.name must be reasoning"),
        ({"reasoning": {"effort": "most"}}, "reasoning.effort must be low, medium, high"),
        (
            {"capabilities": {"name": "reasoning"}, "reasoning": {"effort": "low"}},
            "capabilities.effort and reasoning.effort differ; give one of them",
        ),
    ],
)
def test_a_mistake_is_named(body: dict[str, object], message: str) -> None:
    """In the spelling that was used."""
    with pytest.raises(BadRequest) as caught:
        read_effort(body)

    assert str(caught.value) == message
