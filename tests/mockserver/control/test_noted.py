"""What a question about notes may say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.control.noted import NotesQuery


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"at_least": "0"}, {"timeout_s": "-1"}, {"timeout_s": "nan"}]
)
def test_what_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    """Never clamped."""
    with pytest.raises(ValidationError):
        NotesQuery.model_validate(query)
