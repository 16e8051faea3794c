"""A row of the catalogue that a load test judges."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadtests.judging.rows.proof import UnprovedError
from loadtests.judging.rows.verdict import Looked, judged, unjudged

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadtests.judging.case import Case
    from loadtests.judging.row import RowJudged


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One row: the claims that a client has to make for it, and how it is judged.

    ``needs`` are claims that it needs all of, ``needs_any`` claims of which one is enough. ``how``
    is the paragraph that ``pawa-load explain`` shows.
    """

    id: str
    look: Callable[[Case], Looked]
    needs: tuple[str, ...]
    needs_any: tuple[str, ...]
    how: str

    def judge(self, case: Case) -> RowJudged:
        """The verdict on a run."""
        return unjudged(case, self.unclaimed(case)) or judged(case, self._looked(case))

    def _looked(self, case: Case) -> Looked:
        try:
            return self.look(case)
        except UnprovedError as why:
            return Looked(not_testable=str(why))

    def unclaimed(self, case: Case) -> tuple[str, ...]:
        """What the row needs and the client does not claim."""
        missing = tuple(claim for claim in self.needs if claim not in case.claims)
        if self.needs_any and case.claims.isdisjoint(self.needs_any):
            return (*missing, " or ".join(self.needs_any))
        return missing


def load_row(
    id: str,  # noqa: A002 - what it is called everywhere else
    *,
    needs: tuple[str, ...] = (),
    needs_any: tuple[str, ...] = (),
) -> Callable[[Callable[[Case], Looked]], LoadRow]:
    """Make a row of a function that looks at a run; its docstring says how it is judged."""

    def made(look: Callable[[Case], Looked]) -> LoadRow:
        how = " ".join((inspect.getdoc(look) or "").split())
        return LoadRow(id, look, needs, needs_any, how)

    return made
