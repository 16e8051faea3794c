"""How much is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import JournalSettings


def test_what_is_not_told_is_as_documented() -> None:
    """The defaults."""
    assert JournalSettings().overflow_file is None


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (JournalSettings, {"max_exchanges": 0}),
        (JournalSettings, {"overflow_file": ""}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)
