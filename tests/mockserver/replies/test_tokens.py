"""The mock's tokenizer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.tokens import count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("  \n", 0),
        ("habari", 1),
        ("habari  za\tleo", 3),
        ("answer-0123456789ab", 1),
        ("x" * 24, 1),
        ("x" * 25, 2),
        ("x" * 240, 10),
    ],
)
def test_a_word_is_a_token_and_a_long_word_several(text: str, tokens: int) -> None:
    """24 characters at most fit into one."""
    assert count_tokens(text) == tokens


@given(st.lists(st.text()))
def test_texts_apart_count_as_texts_together(texts: list[str]) -> None:
    """A stream's pieces count what the whole counts."""
    assert count_tokens(" ".join(texts)) == sum(map(count_tokens, texts))
