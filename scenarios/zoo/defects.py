"""Every defect there is, by its id."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from scenarios.zoo import (
    batches,
    caches,
    connections,
    errors,
    fallbacks,
    hints,
    keys,
    limits,
    money,
    nulls,
    pauses,
    queues,
    requests,
    retries,
    streams,
    wire,
)
from scenarios.zoo.defect import RECORDED, Defect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = ["DEFECTS", "THEMES", "Defect"]

THEMES: tuple[ModuleType, ...] = (
    retries,
    pauses,
    hints,
    limits,
    queues,
    connections,
    wire,
    streams,
    requests,
    caches,
    batches,
    fallbacks,
    money,
    keys,
    errors,
    nulls,
)
"""The modules of the zoo. A new one is named here, and nowhere else."""


def _order(defect: Defect) -> tuple[int, int, str]:
    """The null clients, then the catalogue's mutants by number, then our own."""
    return "NMZ".index(defect.id[0]), len(defect.id), defect.id


DEFECTS: Mapping[str, Defect] = MappingProxyType(
    {defect.id: defect for defect in sorted(RECORDED.values(), key=_order)}
)
"""Every defect, by its id."""
