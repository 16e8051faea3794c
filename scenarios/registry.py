"""Which scenario judges which rows.

A module of :mod:`scenarios.catalogue` registers its scenarios by decorating them::

    @scenario("RETRY-001", needs=("retry",))
    async def transient_server_errors_are_retried(lab: Lab) -> None:
        \"\"\"How the row is tested, in words for ``pawa-scenarios explain``.\"\"\"
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from scenarios.catalogue.rows import CatalogueRow, load_rows
from scenarios.clients.protocol import CLAIMS
from scenarios.errors import CatalogueError, InputError, nearest

if TYPE_CHECKING:
    from scenarios.lab import Lab

Body = Callable[["Lab"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Code that arranges faults, drives the client and checks one or more rows.

    * ``needs``: claims without which the rows end ``not_claimed`` and the code does not run;
    * ``needs_any``: claims of which one at least is needed in the same way;
    * ``random``: rests on a statistic, so that a failure is confirmed by one rerun;
    * ``last``: starts when all others have ended (it looks at the whole run);
    * ``own_process``: the client gets a process of its own;
    * ``patience_s``: seconds after which the engine ends it, whatever it waits for.
    """

    name: str
    module: str
    rows: tuple[str, ...]
    body: Body
    needs: frozenset[str] = frozenset()
    needs_any: frozenset[str] = frozenset()
    random: bool = False
    last: bool = False
    own_process: bool = False
    patience_s: float = 75.0

    @property
    def place(self) -> str:
        """``module::name``, where a reader finds the code."""
        return f"{self.module}::{self.name}"

    def unclaimed(self, claims: Collection[str] = ()) -> tuple[str, ...]:
        """What it needs and is not in `claims`; of several that will do, ``"a or b"``."""
        missing = sorted(self.needs.difference(claims))
        if self.needs_any and self.needs_any.isdisjoint(claims):
            missing.append(" or ".join(sorted(self.needs_any)))
        return tuple(missing)

    @property
    def told(self) -> str:
        """How the rows are tested, in words (the docstring)."""
        return inspect.getdoc(self.body) or ""


class Registry:
    """Scenarios by row; a row is judged by one scenario only."""

    def __init__(self, rows: Mapping[str, CatalogueRow]) -> None:
        self._catalogue = rows
        self._by_row: dict[str, Scenario] = {}

    def add(self, entry: Scenario) -> None:
        """Take a scenario in.

        Raises:
            CatalogueError: No row, an unknown row, a row that has a scenario already, an unknown
                claim, or a scenario without a docstring.
        """
        if not entry.rows:
            raise CatalogueError(f"{entry.place} names no row; name the row it judges")
        if not entry.told:
            raise CatalogueError(f"{entry.place} has no docstring; say how the row is tested")
        for claim in (entry.needs | entry.needs_any) - CLAIMS:
            raise CatalogueError(
                f"{entry.place} needs the unknown claim {claim!r}{nearest(claim, CLAIMS)}"
            )
        for row in entry.rows:
            if row not in self._catalogue:
                raise CatalogueError(
                    f"{entry.place} names the unknown row {row}{nearest(row, self._catalogue)}"
                )
            if row in self._by_row:
                other = self._by_row[row].place
                raise CatalogueError(f"row {row} is judged by {other} and by {entry.place}")
        for row in entry.rows:
            self._by_row[row] = entry

    def rows(self) -> tuple[CatalogueRow, ...]:
        """The rows that have a scenario, in the catalogue's order."""
        return tuple(row for row in self._catalogue.values() if row.id in self._by_row)

    def scenario_of(self, row_id: str) -> Scenario:
        """The scenario that judges the row. Raises :class:`KeyError` if none does."""
        return self._by_row[row_id]

    def row(self, row_id: str) -> CatalogueRow:
        """The row of that id, in any case.

        Raises:
            InputError: No such row, or one without a scenario; the message names the nearest.
        """
        wanted = row_id.strip().upper()
        if wanted in self._by_row:
            return self._catalogue[wanted]
        if wanted in self._catalogue:
            raise InputError(
                f"row {wanted} is in the catalogue but has no scenario yet"
                f"{nearest(wanted, self._by_row)}"
            )
        raise InputError(
            f"unknown row {row_id!r}{nearest(wanted, self._by_row)}; "
            "`pawa-scenarios list` shows all"
        )

    def select(
        self, patterns: Collection[str] = (), groups: Collection[str] = ()
    ) -> tuple[CatalogueRow, ...]:
        """The rows that match any pattern (``RETRY-001``, ``SSE-*``) or belong to any group.

        Without both: every row that has a scenario.

        Raises:
            InputError: A pattern or a group that fits no row.
        """
        if not patterns and not groups:
            return self.rows()
        chosen = {row.id for pattern in patterns for row in self._matching(pattern)}
        chosen.update(row.id for group in groups for row in self._in_group(group))
        return tuple(row for row in self.rows() if row.id in chosen)

    def _matching(self, pattern: str) -> Iterable[CatalogueRow]:
        wanted = pattern.strip().upper()
        found = [row for row in self.rows() if fnmatchcase(row.id, wanted)]
        return found or [self.row(pattern)]

    def _in_group(self, group: str) -> Iterable[CatalogueRow]:
        wanted = group.strip().upper()
        found = [row for row in self.rows() if row.group == wanted]
        if not found:
            groups = dict.fromkeys(row.group for row in self.rows())
            raise InputError(f"unknown group {group!r}; groups: {', '.join(groups)}")
        return found


REGISTRY = Registry(load_rows())
"""Where :func:`scenario` puts what it decorates."""


def scenario(
    *rows: str,
    needs: Collection[str] = (),
    needs_any: Collection[str] = (),
    random: bool = False,
    last: bool = False,
    own_process: bool = False,
    patience_s: float = 75.0,
    registry: Registry = REGISTRY,
) -> Callable[[Body], Body]:
    """Register the decorated coroutine function as the scenario of `rows`.

    What the options mean: :class:`Scenario`.
    """

    def register(body: Body) -> Body:
        registry.add(
            Scenario(
                name=getattr(body, "__name__", "scenario"),
                module=body.__module__,
                rows=rows,
                body=body,
                needs=frozenset(needs),
                needs_any=frozenset(needs_any),
                random=random,
                last=last,
                own_process=own_process,
                patience_s=patience_s,
            )
        )
        return body

    return register


def discover() -> Registry:
    """Import every module of :mod:`scenarios.catalogue` and return the filled registry."""
    package = importlib.import_module("scenarios.catalogue")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return REGISTRY
