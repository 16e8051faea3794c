"""What a healthy model says, and where it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.text import (
    compose,
    fingerprint_of,
    first_tokens,
    planned_tokens,
    seed_of,
    split_text,
    words_of,
)
from mockserver.replies.tokens import count_tokens

SEED = b"0123456789abcdef"
SAID = "Babu anafunga mlango baada ya mvua. Mhasibu anapokea malipo shuleni. Mvulana anapumzika."


def test_the_same_seed_says_the_same() -> None:
    """And has as many words as asked for, none of them more than a token."""
    assert words_of(SEED, 40) == words_of(SEED, 40)
    assert words_of(SEED, 40) != words_of(b"other", 40)
    assert [count_tokens(word) for word in words_of(SEED, 200)] == [1] * 200


@given(st.binary(min_size=1, max_size=64), st.integers(1, 300))
def test_words_are_whole_sentences(seed: bytes, count: int) -> None:
    """Exactly as many words as asked for, and the last one ends its sentence."""
    words = words_of(seed, count)

    assert len(words) == count
    assert words[0][0].isupper()
    assert words[-1].endswith(".")


def test_the_words_are_the_same_in_every_process() -> None:
    """No hash of this process is in them."""
    seed = seed_of("chat", {"model": "m", "messages": [{"role": "user", "content": "Habari"}]})

    assert " ".join(words_of(seed, 12)) == SAID


def test_the_seed_leaves_out_what_only_cuts_or_frames() -> None:
    """Order of fields, stream, max_tokens and stop do not change the words; the rest does."""
    base = seed_of("chat", {"model": "m", "seed": 1})

    assert seed_of("chat", {"seed": 1, "model": "m"}) == base
    assert seed_of("chat", {"seed": 1, "model": "m", "stream": True, "stop": "a"}) == base
    assert seed_of("chat", {"seed": 1, "model": "m", "max_tokens": 3}) == base
    assert seed_of("chat", {"seed": 2, "model": "m"}) != base
    assert seed_of("agents.chat", {"seed": 1, "model": "m"}) != base


def test_a_fingerprint_is_the_head_of_a_digest() -> None:
    """`printf hello | sha256sum`."""
    assert fingerprint_of(b"hello") == "request-2cf24dba5fb0"


def test_marks_come_first_and_count() -> None:
    """They are part of the answer like any word."""
    written = compose(SEED, 3, marks=("one", "two"))

    assert written.text.split()[:2] == ["one", "two"]
    assert written.tokens == planned_tokens(3, ("one", "two")) == 5


@given(st.text(), st.integers(1, 9))
def test_a_given_text_is_said_as_it_stands(text: str, limit: int) -> None:
    """Every space and line of it, or its first tokens."""
    whole = compose(SEED, 40, text=text)
    cut = compose(SEED, 40, text=text, max_tokens=limit)

    assert (whole.text, whole.finish_reason) == (text, "stop")
    assert text.startswith(cut.text)
    assert cut.tokens == min(limit, count_tokens(text))


def test_a_long_word_is_cut_where_its_tokens_end() -> None:
    """24 characters to a token."""
    assert first_tokens("a " + "x" * 100, 3) == "a " + "x" * 48
    assert first_tokens("a b", 1) == "a"


@given(
    tokens=st.integers(1, 60),
    limit=st.none() | st.integers(1, 80),
    stops=st.lists(st.sampled_from(["a", "e ", ".", "zzz", "habari"]), max_size=3),
)
def test_a_text_is_never_longer_than_asked(
    tokens: int, limit: int | None, stops: list[str]
) -> None:
    """It is a head of the whole text, holds no stop, and tells truly why it ends."""
    whole = compose(SEED, tokens).text
    written = compose(SEED, tokens, max_tokens=limit, stops=stops)

    assert whole.startswith(written.text)
    assert written.tokens == count_tokens(written.text) <= min(tokens, limit or tokens)
    assert not any(stop in written.text for stop in stops)
    if written.finish_reason == "length":
        assert written.tokens == limit
        assert written.text != whole
    elif written.text != whole:
        assert any(whole[len(written.text) :].startswith(stop) for stop in stops)


@given(st.text(), st.integers(1, 9), st.none() | st.integers(1, 9))
def test_pieces_join_to_the_text(text: str, words: int, chunks: int | None) -> None:
    """Nothing is lost, doubled or empty."""
    pieces = split_text(text, chunk_words=words, chunks=chunks)

    assert "".join(pieces) == text
    assert all(pieces)


def test_as_many_pieces_as_asked_for() -> None:
    """As even as can be; fewer only when there are fewer words."""
    assert [len(p.split()) for p in split_text("a b c d e f g", chunk_words=9, chunks=3)] == [
        2,
        2,
        3,
    ]
    assert split_text("a b", chunk_words=1, chunks=5) == ("a", " b")
    assert split_text("a b c", chunk_words=2) == ("a b", " c")
    assert split_text("", chunk_words=1, chunks=3) == ()


def test_a_given_text_is_said_as_it_is() -> None:
    """To every request, after the marks, and cut like any other text."""
    said = "Bei ni €豆腐👍  mbili."

    assert compose(SEED, 40, text=said).text == said
    assert compose(b"other", 40, text=said, marks=("mark",)).text == f"mark {said}"
    assert compose(SEED, 40, text=said, max_tokens=2).text == "Bei ni"
