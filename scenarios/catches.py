"""What became of a defect: by which checks its rows caught it, or that it escaped.

A defect is caught when each of its rows fails, and fails by a check that the defect names: a row
that fails for another reason proves nothing about its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reports.results import Verdict
from scenarios.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reports.results import Check
    from scenarios.zoo.defect import Defect

SHOWN = 2
"""So many checks are named in the table; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Catch:
    """One row's verdict on a defect, and the checks that missed."""

    row: str
    verdict: Verdict
    missed: tuple[str, ...]
    named: tuple[str, ...]
    """Those of the missed checks that the defect names."""
    reason: str

    @property
    def right(self) -> bool:
        """Whether the row failed, by a check that the defect names."""
        return self.verdict is Verdict.FAIL and bool(self.named)

    @property
    def told(self) -> str:
        """By what it was caught; or what was found instead."""
        if self.right:
            return _some(self.named)
        if self.verdict is Verdict.FAIL:
            return f"failed by another check than the defect names: {_some(self.missed)}"
        return self.reason


@dataclass(frozen=True, slots=True)
class Hunted:
    """One defect against all its rows, once."""

    defect: Defect
    catches: tuple[Catch, ...]

    @property
    def caught(self) -> bool:
        """Whether every row failed for the right reason."""
        return all(catch.right for catch in self.catches)


def all_defects() -> Mapping[str, Defect]:
    """The zoo."""
    from scenarios.zoo.defects import DEFECTS  # noqa: PLC0415 - loads every damaged client

    return DEFECTS


def choose(
    defects: Mapping[str, Defect], only: Sequence[str], *, elsewhere: Mapping[str, str]
) -> list[Defect]:
    """The defects of these ids (in any case, with commas); without ids, all but ``elsewhere``.

    ``elsewhere`` says of the ids that cannot be hunted here where they are.

    Raises:
        InputError: An unknown id, with the nearest; one of ``elsewhere``; or none at all.
    """
    by_folded = {name.casefold(): defect for name, defect in defects.items()}
    wanted = [word.strip() for text in only for word in text.split(",") if word.strip()]
    if only and not wanted:
        raise InputError("--only is empty; leave it out for the whole zoo")
    for word in wanted:
        if word.casefold() not in by_folded:
            raise InputError(f"unknown defect {word!r}{nearest(word, defects)}")
        defect = by_folded[word.casefold()]
        if defect.id in elsewhere:
            raise InputError(f"defect {word!r} {elsewhere[defect.id]}")
    hunted = [defect for defect in defects.values() if defect.id not in elsewhere]
    return [by_folded[word.casefold()] for word in wanted] or hunted


def catch_of(
    defect: Defect, row: str, verdict: Verdict, checks: Iterable[Check], reason: str
) -> Catch:
    """What one row found about a defect."""
    missed = tuple(check.name for check in checks if check.verdict is Verdict.FAIL)
    named = tuple(name for name in missed if defect.shows_in(row, name))
    return Catch(row, verdict, missed, named, reason)


def told_of(hunted: Hunted) -> Text:
    """One line that says whether a defect was caught."""
    word, style = ("caught ", "green") if hunted.caught else ("ESCAPED", "bold red")
    return Text.assemble((word, style), f"  {hunted.defect.id:8} {hunted.defect.defect}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def catches_table(hunted: Sequence[Hunted]) -> Table:
    """A line for each row of each defect."""
    table = Table(box=None, pad_edge=False)
    for column in ("defect", "row", "verdict", "by"):
        table.add_column(column, overflow="fold")
    for one in hunted:
        for catch in one.catches:
            style = "" if catch.right else "bold red"
            verdict = catch.verdict.value.replace("_", " ")
            cells = (one.defect.id, catch.row, verdict, catch.told)
            table.add_row(*(Text(cell, style) for cell in cells))
    return table
