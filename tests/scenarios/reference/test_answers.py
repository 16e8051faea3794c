"""What a call gives back."""

from __future__ import annotations

import pytest

from scenarios.reference.answers import EmbeddingAnswer
from scenarios.reference.errors import InvalidRequestError


def test_complete_vectors() -> None:
    """All vectors, or the error of the first item that has none."""
    error = InvalidRequestError("cannot embed this")

    assert EmbeddingAnswer(((1.0,), (2.0,)), "m").complete() == ((1.0,), (2.0,))
    with pytest.raises(InvalidRequestError):
        EmbeddingAnswer(((1.0,), error), "m").complete()


def test_request_id() -> None:
    """The id of the last request is the answer's."""
    assert EmbeddingAnswer((), "m", request_ids=("r1", "r2")).request_id == "r2"
    assert EmbeddingAnswer((), "m").request_id is None
