"""The sentences of the mock."""

from __future__ import annotations

import pytest

from mockserver.replies.phrases import ENGLISH, FITTING, SWAHILI, VOCABULARY
from mockserver.replies.tokens import count_tokens


@pytest.mark.parametrize("book", [SWAHILI, ENGLISH])
def test_five_bits_pick_a_phrase(book: object) -> None:
    """Each list has 32 phrases, all of them different."""
    assert isinstance(book, tuple)
    assert [len(phrases) for phrases in book] == [32, 32, 32]
    assert [len(set(phrases)) for phrases in book] == [32, 32, 32]


def test_a_sentence_begins_with_a_capital_and_ends_with_a_full_stop() -> None:
    """In both languages."""
    for who, _, when in (SWAHILI, ENGLISH):
        assert all(words[0][0].isupper() for words in who)
        assert all(words[-1].endswith(".") for words in when)


@pytest.mark.parametrize("length", FITTING)
def test_there_are_sentences_of_exactly_so_many_words(length: int) -> None:
    """Whichever phrases are picked."""
    who, does, when = FITTING[length]

    assert all(a and len(a + b + c) == length for a in who for b in does for c in when)


def test_a_word_is_one_token_and_plain_ascii() -> None:
    """So that it counts one, and stands in JSON as it is."""
    assert {count_tokens(word) for word in VOCABULARY} == {1}
    assert all(word.isascii() for word in VOCABULARY)
