"""What a defect is: a class that takes the place of its base, and the rows that must catch it.

::

    @defect(
        "M01",
        seen="axios-retry's default; many hand-written loops",
        caught_by={"BACK-001": "mean of the first pauses"},
    )
    class RetriesAtOnce(FullJitter):
        \"\"\"Retries at once with no pause.\"\"\"

        def pause_s(self, retry: int, draw: float) -> float: ...

Some defects show under load alone: ``under_load={"LOAD-004": "goodput*"}`` names rows of
``pawa-load`` in the same way.

Ids ``M…`` and ``NULL-…`` are those of the catalogue's mutants and null clients; ``Z…`` are the
zoo's own, for rows that no mutant names.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from scenarios.zoo.fitting import factory_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scenarios.clients.hosted import HostedFactory

Kind = TypeVar("Kind", bound=type)

CatchingChecks = str | tuple[str, ...]
"""Globs on the names of a row's checks, of which one at least must miss."""

NO_ROWS: Mapping[str, CatchingChecks] = MappingProxyType({})

RECORDED: dict[str, Defect] = {}
"""Every defect whose module has been imported, by its id."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One mistake: ``kind`` makes it, ``seen`` says where it was met, ``caught_by`` what shows it.

    ``caught_by`` has the rows that must fail, each with globs for the checks by which it has to:
    a row that fails for another reason proves nothing about its own. ``under_load`` has those of a
    load test (``pawa-load``); a defect has rows of either kind, or of both.
    """

    id: str
    kind: type
    seen: str
    caught_by: Mapping[str, CatchingChecks] = field(default_factory=lambda: NO_ROWS)
    under_load: Mapping[str, CatchingChecks] = field(default_factory=lambda: NO_ROWS)

    @property
    def defect(self) -> str:
        """What is wrong, in one sentence (the first of the class's docstring)."""
        sentence, _, _ = (inspect.getdoc(self.kind) or "").partition("\n\n")
        return " ".join(sentence.split())

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that have a scenario and must fail."""
        return tuple(self.caught_by)

    @property
    def load_rows(self) -> tuple[str, ...]:
        """The rows of load tests that must fail."""
        return tuple(self.under_load)

    @property
    def spec(self) -> str:
        """How to judge this client by hand: ``pawa-scenarios run --client SPEC``."""
        return f"python:{self.kind.__module__}:{self.kind.__qualname__}.factory"

    @property
    def theme(self) -> str:
        """The module of the zoo that holds it."""
        return self.kind.__module__.rpartition(".")[2]

    def shows_in(self, row: str, check: str) -> bool:
        """Whether a miss of that check is what the defect is about."""
        return any(fnmatchcase(check, glob) for glob in self.globs(row))

    def globs(self, row: str) -> tuple[str, ...]:
        """The names of the row's checks of which one must miss, as globs."""
        wanted = {**self.caught_by, **self.under_load}[row]
        return (wanted,) if isinstance(wanted, str) else wanted


def defect(
    id: str,  # noqa: A002 - what it is called everywhere else
    *,
    seen: str,
    caught_by: Mapping[str, CatchingChecks] = NO_ROWS,
    under_load: Mapping[str, CatchingChecks] = NO_ROWS,
    without: Sequence[str] = (),
) -> Callable[[Kind], Kind]:
    """Record the decorated class as a defect, and give it the ``factory`` that the host calls.

    ``without`` names settings that the client does without (None), whatever it is opened with: a
    safeguard of the reference client that those who make this mistake do not have, and behind which
    it would not show.

    Raises:
        ValueError: Two defects have one id, or one has no row.
    """

    def record(kind: Kind) -> Kind:
        if id in RECORDED:
            raise ValueError(f"two defects are called {id}: give {kind.__name__} another id")
        if not caught_by and not under_load:
            raise ValueError(f"{id} has no row: give it caught_by, under_load or both")
        RECORDED[id] = Defect(id, kind, seen, caught_by, under_load)

        def factory() -> HostedFactory:
            return factory_for(kind, name=id, without=without)

        kind.factory = staticmethod(factory)  # type: ignore[attr-defined]
        return kind

    return record
