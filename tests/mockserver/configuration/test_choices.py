"""What the real API leaves open: one page, and the command that shows it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from mockserver.configuration.choices import MARK, choices, choices_page

ROOT = Path(__file__).parents[3]


def test_every_row_of_the_page_is_a_choice() -> None:
    """Whole, and without the marks of Markdown."""
    page = (ROOT / "docs" / "choices.md").read_text("utf-8")
    rows = page.split(MARK)[1].strip().splitlines()[2:]

    assert choices_page() == page
    assert len(choices()) == len([row for row in rows if row.startswith("|")])
    assert all(all((one.point, one.told, one.mock, one.switch)) for one in choices())
    assert not any("`" in one.mock for one in choices())


def test_a_choice_is_found_by_a_word() -> None:
    """In any of its cells, in capitals or not."""
    (framing,) = [choice for choice in choices() if choice.point == "framing of a stream"]

    assert framing.switch == "stream.style"
    assert framing.speaks_of("SSE")
    assert framing.speaks_of("stream.st")
    assert not framing.speaks_of("budget")


def test_an_installed_package_carries_the_page() -> None:
    """The wheel has a copy of the one source."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert packed == {"docs/choices.md": "mockserver/configuration/choices.md"}
