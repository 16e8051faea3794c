"""What is said of settings that the example does not explain one by one."""

from __future__ import annotations

import pytest

from mockserver.configuration.meanings import MEANINGS
from mockserver.configuration.schema import config_schema

SCHEMA = config_schema()


@pytest.mark.parametrize("table", MEANINGS)
def test_each_is_a_setting_and_an_editor_shows_its_meaning(table: str) -> None:
    """None is of a setting that is gone; the meaning is in the schema."""
    place = SCHEMA if table == "ConfigFile" else SCHEMA["$defs"][table]

    for name, meaning in MEANINGS[table].items():
        assert place["properties"][name]["description"] == meaning


@pytest.mark.parametrize("meaning", [one for table in MEANINGS.values() for one in table.values()])
def test_each_is_a_sentence(meaning: str) -> None:
    """With its point, and not longer than a line."""
    assert meaning.endswith(".")
    assert len(meaning) <= 100
