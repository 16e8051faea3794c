"""Texts cut into passages, and the nearest of them."""

from __future__ import annotations

from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.models import EMBEDDING
from mockserver.api.passages import DIMENSION, Passage, cut, first_sentence, nearest, vector_for
from mockserver.replies.vectors import vector_of
from tests.mockserver.api.bases import BUS, MARKET, SCHOOL

TEXTS = (*cut(MARKET, 12), SCHOOL, BUS)


def shelf(*texts: str) -> list[Passage]:
    return [
        Passage(number, 1, "town.md", text, vector_for(text))
        for number, text in enumerate(texts, start=1)
    ]


def test_a_passage_is_whole_sentences_with_their_heading() -> None:
    """Up to so many words; a paragraph ends one that is at least a quarter full."""
    assert cut(MARKET, 20) == (
        "# Opening hours\nThe fish market opens at six in the morning. It is closed on Sunday.",
        "# Prices\nA kilo of tilapia costs 9000 shillings. Prices rise before a holiday.",
    )
    assert cut("One. Two. Three four.", 2) == ("One. Two.", "Three four.")


def test_lines_that_are_wrapped_are_one_sentence_and_list_items_are_not() -> None:
    """A line end alone ends nothing."""
    assert cut("The market\nopens early.\n- fish\n- fruit\n2. bread", 5) == (
        "The market opens early.",
        "- fish - fruit",
        "2. bread",
    )


def test_a_long_sentence_is_cut_between_words() -> None:
    """As often as it takes."""
    assert cut("a b c d e", 2) == ("a b", "c d", "e")
    assert cut("x" * 500, 2) == ("x" * 200 + " " + "x" * 200, "x" * 100)


@given(st.text("ab .!\n#-"), st.integers(1, 6))
def test_every_word_is_in_one_passage_and_none_is_too_long(text: str, words: int) -> None:
    """In order, and none is empty."""
    passages = cut(text, words)

    assert " ".join(passages).split() == text.split()
    assert all(1 <= len(passage.split()) <= words for passage in passages)


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("# Hours\nOpen at six. Closed on Sunday.", "Open at six."),
        ("Open at six! Closed?", "Open at six!"),
        ("# Only a heading", "# Only a heading"),
        ("no end", "no end"),
        ("", ""),
    ],
)
def test_a_passage_begins_with_its_first_sentence(passage: str, sentence: str) -> None:
    """The heading is left out where there is more."""
    assert first_sentence(passage) == sentence


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When does the fish market open?", "opens at six"),
        ("What does a kilo of tilapia cost?", "9000 shillings"),
        ("Mwalimu mkuu wa shule ni nani?", "Mwalimu mkuu"),
        ("Where does the Dodoma bus leave from?", "main station"),
    ],
)
def test_the_nearest_passage_answers_the_question(question: str, answer: str) -> None:
    """By shared words and stems."""
    found = nearest(shelf(*TEXTS), question, 2)

    assert len(found) == 2
    assert answer in found[0].passage.text
    assert found[0].distance < found[1].distance


def test_the_distance_is_that_of_the_vectors_of_the_embedding_endpoint() -> None:
    """1 less their cosine; 0 for the very text."""
    question = "When does the market open?"
    asked = vector_of(question, EMBEDDING, DIMENSION)

    for found in nearest(shelf(*TEXTS), question, 9):
        cosine = sum(map(mul, asked, vector_of(found.passage.text, EMBEDDING, DIMENSION)))
        assert found.distance == pytest.approx(1 - cosine, abs=2e-6)
    assert nearest(shelf(*TEXTS), BUS, 1)[0].distance == pytest.approx(0, abs=1e-5)


@given(st.lists(st.text(max_size=20), max_size=8), st.text(max_size=20), st.integers(1, 10))
def test_the_nearest_come_first_and_no_more_than_asked_for(
    texts: list[str], question: str, top_k: int
) -> None:
    """Of two that are equally near the older one."""
    found = nearest(shelf(*texts), question, top_k)

    assert len(found) == min(top_k, len(texts))
    assert [(one.distance, one.passage.id) for one in found] == sorted(
        (one.distance, one.passage.id) for one in nearest(shelf(*texts), question, 99)
    )[:top_k]
    assert all(0 <= one.distance <= 2 for one in found)
