"""Texts cut into passages, and the passages nearest to a question.

How the real API cuts and what its ``distance`` measures is undocumented (pawa-api.md section 3.9).
Here a passage is some whole sentences, and the distance is 1 less the cosine of the two vectors
that the embedding endpoint gives to passage and question at 512 numbers: 0 for the same text, about
1 for texts that have nothing in common.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.api.models import EMBEDDING
from mockserver.replies.vectors import vector_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DIMENSION = 512
"""Numbers in a vector that is searched: with fewer, chance nearness would outrank real nearness."""

LONGEST_WORD = 200
"""Characters; what is longer is no word of a language, and is cut."""

_HEADING = re.compile(r"^[ \t]*(#{1,6}[ \t].*)$", re.MULTILINE)
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\n\d\.)(?<!\n\d\d\.)\s+"  # not behind the number of a list item
    r"|\n\s*(?=[-*|>]|\d+[.)]\s)"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text, the document that it stands in, and its vector."""

    id: int
    base_id: int
    document: str
    text: str
    vector: array[float]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage, and how far it is from the question (0 to 2)."""

    passage: Passage
    distance: float


def vector_for(text: str) -> array[float]:
    """The vector that a text is found by."""
    return array("f", vector_of(text, EMBEDDING, DIMENSION))


def cut(text: str, words: int) -> tuple[str, ...]:
    """The text in pieces of whole sentences with up to ``words`` words each.

    A sentence that is longer is cut between words. A paragraph ends a piece that is at least a
    quarter full, so that headings stay with what they head.
    """
    pieces: list[str] = []
    held: list[str] = []
    size = 0
    for sentence, count, ends_paragraph in _sentences(text, words):
        if held and size + count > words:
            pieces.append(_joined(held))
            held, size = [], 0
        held.append(sentence)
        size += count
        if ends_paragraph and size * 4 >= words:
            pieces.append(_joined(held))
            held, size = [], 0
    if held:
        pieces.append(_joined(held))
    return tuple(pieces)


def first_sentence(passage: str) -> str:
    """How a passage begins, its heading left out where more than that stands in it."""
    lines = passage.split("\n")
    said = [line for line in lines if not _HEADING.match(line)] or lines
    return _SENTENCE_END.split(" ".join(said), maxsplit=1)[0]


def nearest(passages: Iterable[Passage], question: str, top_k: int) -> tuple[Found, ...]:
    """The ``top_k`` passages nearest to the question, the nearest first, the older of two equal."""
    # The numbers of a short question are mostly nothing, and need not be multiplied.
    asked = [(place, number) for place, number in enumerate(vector_for(question)) if number]
    found = [Found(passage, _distance(asked, passage.vector)) for passage in passages]
    found.sort(key=lambda one: (one.distance, one.passage.id))
    return tuple(found[:top_k])


def _distance(asked: list[tuple[int, float]], vector: array[float]) -> float:
    cosine = sum(number * vector[place] for place, number in asked)
    return round(min(max(1.0 - cosine, 0.0), 2.0), 6)


def _sentences(text: str, words: int) -> Iterator[tuple[str, int, bool]]:
    """Each sentence, how many words it has, and whether it is the last of its paragraph."""
    for paragraph in _PARAGRAPH_END.split(_HEADING.sub(r"\n\n\1\n\n", text)):
        pieces = [
            piece
            for sentence in _SENTENCE_END.split(paragraph)
            for piece in _in_words(sentence, words)
        ]
        for index, piece in enumerate(pieces, start=1):
            yield " ".join(piece), len(piece), index == len(pieces)


def _in_words(sentence: str, words: int) -> Iterator[list[str]]:
    found = [
        word[start : start + LONGEST_WORD]
        for word in sentence.split()
        for start in range(0, len(word), LONGEST_WORD)
    ]
    for start in range(0, len(found), words):
        yield found[start : start + words]


def _joined(sentences: list[str]) -> str:
    """Sentences in a line, and each heading in one of its own."""
    text, before = "", ""
    for sentence in sentences:
        alone = _HEADING.match(before) or _HEADING.match(sentence)
        space = "\n" if alone else " "
        text = f"{text}{space}{sentence}" if text else sentence
        before = sentence
    return text
