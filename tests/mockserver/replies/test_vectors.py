"""Vectors that are near for near texts, and tell which text they encode."""

from __future__ import annotations

import math
from operator import mul

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.vectors import READ_CHARACTERS, vector_of

NEAR = [
    ("Habari za asubuhi rafiki", "Habari ya asubuhi rafiki yangu"),
    ("When does the market open in the morning?", "The market opens at six in the morning"),
    ("mwalimu anafundisha shuleni", "Mwalimu wetu alifundisha shule ya msingi"),
    ("How do I renew my business licence", "Business licences are renewed every year"),
]


def cosine(one: str, other: str, dimension: int = 64) -> float:
    return sum(map(mul, vector_of(one, "m", dimension), vector_of(other, "m", dimension)))


@given(st.text(), st.integers(1, 200))
def test_a_vector_has_unit_length_and_survives_json(text: str, dimension: int) -> None:
    """The same numbers come out of JSON."""
    vector = vector_of(text, "m", dimension)

    assert len(vector) == dimension
    assert math.hypot(*vector) == pytest.approx(1.0, abs=1e-4)
    assert tuple(orjson.loads(orjson.dumps(vector))) == vector


@given(st.text(), st.text())
def test_a_vector_tells_its_text(one: str, other: str) -> None:
    """Equal for equal texts, different for different ones."""
    assert (vector_of(one, "m") == vector_of(other, "m")) is (one == other)


@pytest.mark.parametrize("dimension", [64, 512])
def test_near_texts_are_near(dimension: int) -> None:
    """Each is nearer to what says nearly the same than to anything else."""
    for place, (one, like) in enumerate(NEAR):
        others = [text for index, pair in enumerate(NEAR) if index != place for text in pair]
        near, rest = (
            cosine(one, like, dimension),
            [cosine(one, text, dimension) for text in others],
        )

        assert near > 0.4
        assert near > max(rest) + 0.15


def test_case_order_and_punctuation_hardly_matter() -> None:
    """The same words are the same meaning; only the digest differs."""
    assert 0.97 < cosine("Soko la samaki, Mwanza!", "mwanza soko la samaki") < 1.0


def test_models_do_not_share_vectors() -> None:
    """The spaces of two models have nothing in common, and each is the same in every run."""
    text = "habari ya asubuhi, mwalimu wa shule ya msingi"

    assert vector_of(text, "a") != vector_of(text, "b")
    assert abs(sum(map(mul, vector_of(text, "a", 512), vector_of(text, "b", 512)))) < 0.3
    assert vector_of("habari", "pawa", 3) == (0.910919, 0.306745, -0.275926)
    assert len(vector_of("habari", "a")) == 64


def test_a_long_text_is_read_in_part_and_told_whole() -> None:
    """Two that differ only far behind are near, and still not the same."""
    head = "soko " * READ_CHARACTERS

    assert vector_of(head + "mto", "m") != vector_of(head + "mlima", "m")
    assert cosine(head + "mto", head + "mlima") > 0.95
