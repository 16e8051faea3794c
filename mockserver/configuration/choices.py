"""What the documents of the real API leave open, and what this mock does there.

The one source is the table of ``docs/choices.md``; an installed package carries a copy
of that page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

MARK = "<!-- choices -->"
PAGE = "choices.md"

_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Choice:
    """One open point: what was told of it, what the mock does, and the switch that changes it."""

    point: str
    told: str
    mock: str
    switch: str

    def speaks_of(self, word: str) -> bool:
        """Whether a word (or a part of one) occurs in it, in capitals or not."""
        text = " ".join((self.point, self.told, self.mock, self.switch))
        return word.lower() in text.lower()


def choices() -> tuple[Choice, ...]:
    """Every choice, in the order of the page."""
    rows = choices_page().split(MARK)[1].strip().splitlines()[2:]
    return tuple(Choice(*_cells(row)) for row in rows if row.startswith("|"))


def choices_page() -> str:
    """The page itself: the package's copy, or in a checkout the page."""
    packed = files("mockserver.configuration").joinpath(PAGE)
    if packed.is_file():
        return packed.read_text("utf-8")
    return (Path(__file__).parents[2] / "docs" / PAGE).read_text("utf-8")


def _cells(row: str) -> tuple[str, str, str, str]:
    """The four cells of a row, without the marks of Markdown."""
    point, told, mock, switch = (
        cell.strip().replace("\\|", "|").replace("`", "") for cell in _CELL.split(row.strip())[1:-1]
    )
    return point, told, mock, switch
