"""The reference of the settings, as it is made from schema and example."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pytest

from mockserver.configuration.file import ConfigFile
from mockserver.configuration.page import PAGE_MARK, settings_tables, with_settings
from mockserver.settings import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

LINES = settings_tables()
ROWS = [line for line in LINES if line.startswith("| `")]


def models_in(annotation: object) -> Iterator[type[Snapshot]]:
    """The tables that a field can hold."""
    if isinstance(annotation, type) and issubclass(annotation, Snapshot):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def fields_in(model: type[BaseModel]) -> set[str]:
    """Every field of a table and of the tables in it."""
    names = set(model.model_fields)
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            names |= fields_in(inner)
    return names


def test_every_setting_is_told() -> None:
    """Down to the last field, in a row or as a table of its own."""
    told = set(re.findall(r"^(?:\| `|#+ (?:\S+\.)?)(\w+)", "\n".join(LINES), re.MULTILINE))

    assert sorted(fields_in(ConfigFile) - told - {"sandboxes"}) == []


@pytest.mark.parametrize("row", ROWS)
def test_every_setting_has_a_meaning_and_says_what_it_takes(row: str) -> None:
    """In words; only the default may be empty."""
    _, takes, _, meaning = (cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1])

    assert takes
    assert "any value" not in takes
    assert len(meaning) > 10


def test_a_table_is_told_once_and_then_pointed_to() -> None:
    """Prices have one table, and every other place leads there."""
    headings = [line.strip("# ") for line in LINES if line.startswith("#")]
    anchors = {heading.replace(".", "") for heading in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", "\n".join(LINES)))

    assert len(headings) == len(set(headings))
    assert links - anchors == set()
    assert "budgetprice" in links


def test_rows_say_bounds_and_defaults() -> None:
    """As the schema has them; what is required comes first."""
    assert "| `window_s` | number above 0 to 31622400 | `60.0` | In how many seconds. |" in ROWS
    assert '| `style` | "json_lines", "sse" | `"json_lines"` | json_lines or sse. |' in ROWS
    start = LINES.index("### keys")
    assert LINES[start + 2] == "`[[keys]]`, once for each:"
    assert "| required |" in LINES[start + 6]


def test_the_tables_stand_between_the_marks() -> None:
    """Whatever stands around them stays."""
    page = with_settings(f"before\n{PAGE_MARK}\nwhat stood there\n{PAGE_MARK}\nafter\n")

    assert page.startswith(f"before\n{PAGE_MARK}\n")
    assert page.endswith(f"{PAGE_MARK}\nafter\n")
    assert "what stood there" not in page
