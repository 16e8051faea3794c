"""Targets: those in a person's own file, and whether what is aimed at is a figure at all.

A targets file is TOML, one table ``[targets]``, one line a target::

    [targets]
    success_share = { at_least = 0.99, why = "our users leave after two errors" }
    delay_p95_s = { at_most = 2.5 }
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from loadtests.errors import InputError
from loadtests.profile import Target
from mockserver.configuration.file import ConfigError, check, read_table
from mockserver.snapshot import Snapshot
from scenarios.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path


class TargetsFile(Snapshot):
    """A whole file."""

    targets: dict[str, Target] = Field(default_factory=dict)


def load_targets(path: Path | None, figures: Collection[str]) -> Mapping[str, Target]:
    """The targets of a file; none without one. ``figures`` are those that can be measured.

    Raises InputError: a file that cannot be read, no TOML, no bound, or a target nobody measures.
    """
    if path is None:
        return {}
    try:
        targets = check(TargetsFile, read_table(path), str(path)).targets
    except ConfigError as error:
        raise InputError(str(error)) from None
    refuse_unmeasured(targets, figures, str(path))
    return targets


def refuse_unmeasured(targets: Iterable[str], figures: Collection[str], place: str) -> None:
    """Raise InputError for the first target that is no figure; ``place`` is where it stands."""
    for name in targets:
        if name not in figures:
            raise InputError(
                f"{place}: targets: nobody measures {name!r}{nearest(name, figures)}; "
                "`pawa-load explain` lists the figures"
            )
