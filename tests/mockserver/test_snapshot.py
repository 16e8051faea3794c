"""The base of every setting."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.snapshot import Name, Share, Snapshot, refuse_twins


class Settings(Snapshot):
    name: Name = "a"
    share: Share = 0.5


def test_a_snapshot_cannot_be_changed() -> None:
    """A change makes a new one."""
    settings = Settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.name = "b"


@pytest.mark.parametrize(
    "fields", [{"names": "a"}, {"name": "a b"}, {"name": ""}, {"share": 1.01}, {"share": True}]
)
def test_a_snapshot_is_closed_and_strict(fields: dict[str, object]) -> None:
    """An unknown field and a value out of its range are refused."""
    with pytest.raises(ValidationError):
        Settings.model_validate(fields)


def test_a_name_stands_for_one_thing() -> None:
    """The first twin is named, with the mend."""
    refuse_twins("key id", ["a", "b"])
    with pytest.raises(ValueError, match="key id 'b' occurs twice; each needs its own"):
        refuse_twins("key id", ["a", "b", "b"])
