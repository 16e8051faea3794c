"""What a stored resource is named by: a reference that is a UUID."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Container

    from mockserver.draws import Draws


def reference_for(draws: Draws, kind: str, taken: Container[str] = (), prefix: str = "") -> str:
    """A UUID (version 4 in form) behind a prefix, that only the draws and the kind determine.

    The same request in a sandbox with the same seed gets the same one, in whatever order it
    arrives. A reference that is ``taken`` is passed over.
    """
    names = (f"{kind}:{number}" for number in count())
    references = (f"{prefix}{_uuid(draws, name)}" for name in names)
    return next(reference for reference in references if reference not in taken)


def _uuid(draws: Draws, name: str) -> UUID:
    """Three draws of 53 bits each, and of them the lowest 128."""
    bits = 0
    for part in range(3):
        bits = bits << 53 | int(draws.fraction(f"{name}:{part}") * (1 << 53))
    return UUID(int=bits & ((1 << 128) - 1), version=4)
