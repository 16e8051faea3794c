"""Vectors that tell which sentence they encode."""

from __future__ import annotations

import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.vectors import vector_of


@given(st.text(), st.integers(1, 200))
def test_a_vector_has_unit_length_and_survives_json(sentence: str, dimension: int) -> None:
    """The same numbers come out of JSON."""
    vector = vector_of(sentence, "m", dimension)

    assert len(vector) == dimension
    assert math.hypot(*vector) == pytest.approx(1.0, abs=1e-4)
    assert tuple(orjson.loads(orjson.dumps(vector))) == vector


@given(st.text(), st.text())
def test_a_vector_tells_its_sentence(one: str, other: str) -> None:
    """Equal for equal sentences, different for different ones."""
    assert (vector_of(one, "m") == vector_of(other, "m")) is (one == other)


def test_models_do_not_share_vectors() -> None:
    """A vector tells its model too, and is the same in every run."""
    assert vector_of("habari", "a") != vector_of("habari", "b")
    assert vector_of("habari", "a", 2) == vector_of("habari", "a", 2)
    assert len(vector_of("habari", "a")) == 64
