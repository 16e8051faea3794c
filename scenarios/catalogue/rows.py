"""The rows of the behaviour catalogue, as data: ``behaviours.json`` and ``sources.json``.

A row's id never changes and is never derived from its place. What each field means is told in
``docs/scenarios.md``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
BEHAVIOURS_FILE = HERE / "behaviours.json"
SOURCES_FILE = HERE / "sources.json"


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One checkable promise.

    ``right`` is the promise; ``mock``, ``server``, ``client`` and ``rule`` are the catalogue's own
    words for the script, the evidence on either side and the comparison; ``guide`` is the section
    of the production guide; ``source`` holds the tags of where it comes from.
    """

    id: str
    tier: int
    severity: str
    guide: str
    right: str
    mock: str
    server: str
    client: str
    rule: str
    source: str

    @property
    def group(self) -> str:
        """The id without its number: RETRY, SSE …"""
        return self.id.rpartition("-")[0]

    @property
    def sources(self) -> tuple[tuple[str, str], ...]:
        """Each source tag with what it stands for (empty where it explains itself)."""
        known = load_sources()
        tags = [tag.strip() for tag in self.source.split(";")]
        return tuple((tag, _meaning(tag, known)) for tag in tags if tag)


@cache
def load_rows() -> Mapping[str, CatalogueRow]:
    """Every row of the catalogue, by id, in the catalogue's order."""
    written = json.loads(BEHAVIOURS_FILE.read_text(encoding="utf-8"))
    rows = [CatalogueRow(**fields) for fields in written]
    return MappingProxyType({row.id: row for row in rows})


@cache
def load_sources() -> Mapping[str, str]:
    """What each source tag stands for."""
    sources: dict[str, str] = json.loads(SOURCES_FILE.read_text(encoding="utf-8"))
    return MappingProxyType(sources)


def _meaning(tag: str, known: Mapping[str, str]) -> str:
    """The longest known tag at the start of `tag` that ends at a word's end."""
    fitting = [name for name in known if re.match(rf"{re.escape(name)}(?![A-Za-z0-9-])", tag)]
    return known[max(fitting, key=len)] if fitting else ""
