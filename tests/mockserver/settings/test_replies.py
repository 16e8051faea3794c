"""What a healthy server answers."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import EmbeddingSettings, ReplySettings, StreamSettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert StreamSettings().marker is False
    assert ReplySettings().usage is True
    assert EmbeddingSettings().dimension == 64


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (StreamSettings, {"chunks": 0}),
        (StreamSettings, {"chunk_words": True}),
        (StreamSettings, {"style": "xml"}),
        (ReplySettings, {"tokens": 0}),
        (EmbeddingSettings, {"dimension": 0}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
