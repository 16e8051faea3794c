"""What a sandbox keeps of what it is given."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import SandboxSettings, StorageSettings


def test_storage_is_bounded_unless_told_otherwise() -> None:
    """The defaults, which every sandbox has."""
    storage = SandboxSettings().storage

    assert (storage.max_bytes, storage.max_files, storage.max_chunks) == (33_554_432, 1000, 5000)
    assert (storage.top_k, storage.chunk_words, storage.unknown_ids) == (3, 80, "ignore")


@pytest.mark.parametrize(
    "fields",
    [{"max_bytes": 0}, {"top_k": "3"}, {"chunk_words": 1.5}, {"unknown_ids": "maybe"}, {"x": 1}],
)
def test_bad_values_are_refused(fields: dict[str, Any]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        StorageSettings(**fields)
