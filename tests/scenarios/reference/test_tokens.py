"""Guesses at tokens, and what they cost."""

from __future__ import annotations

import pytest

from scenarios.reference.answers import Usage
from scenarios.reference.settings import Price
from scenarios.reference.tokens import OPEN_ENDED_TOKENS, cost_of, tokens_of, usage_of_request


@pytest.mark.parametrize(("text", "tokens"), [("", 1), ("abcd", 1), ("abcde", 2), ("€€", 2)])
def test_tokens(text: str, tokens: int) -> None:
    """Four bytes are a token, and no text is free."""
    assert tokens_of(text) == tokens


def test_usage_of_chat() -> None:
    """A chat reads its messages, of either shape, and writes at most ``max_tokens``."""
    parts = [
        {"type": "text", "text": "abcd"},
        {"type": "image_url", "image_url": {"url": "u" * 99}},
    ]
    body = {"messages": [{"role": "system", "content": "abcdefgh"}, {"content": parts}]}

    assert usage_of_request({**body, "max_tokens": 7}) == Usage(3, 7)
    assert usage_of_request(body) == Usage(3, OPEN_ENDED_TOKENS)


def test_usage_of_embeddings() -> None:
    """An embedding reads its sentences and writes nothing."""
    assert usage_of_request({"sentences": ["abcd", "efgh"]}) == Usage(2, 0)


def test_cost() -> None:
    """Prices are for a thousand tokens, read and written apart."""
    assert cost_of(Usage(500, 250), Price(2, 4)) == 2
