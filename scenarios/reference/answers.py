"""What a call gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference.errors import PawaError

Source = Literal["live", "cache", "fallback_model"]
Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read and written, as the server counted them."""

    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    ``model`` is the one that produced it, ``degraded`` says that it is not the one asked for, and
    ``source`` where it came from. ``cost`` is in units of the prices in the settings, None when
    the server reported no usage. ``attempts`` counts requests on the wire, 0 for a cached answer.
    """

    text: str
    model: str
    finish_reason: str | None = None
    usage: Usage | None = None
    request_id: str | None = None
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    source: Source = "live"
    degraded: bool = False
    cost: float | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class EmbeddingAnswer:
    """One vector, or the error of that item alone, for each sentence in order.

    The other fields are those of :class:`Answer`; when a call's sentences travelled in several
    requests, ``request_ids`` has all of them, ``attempts`` is the largest number that one of them
    needed, and ``usage`` and ``cost`` are the call's own part of them (None when unknown).
    """

    vectors: tuple[Vector | PawaError, ...]
    model: str
    usage: Usage | None = None
    request_ids: tuple[str, ...] = ()
    source: Source = "live"
    degraded: bool = False
    cost: float | None = None
    attempts: int = 1

    @property
    def request_id(self) -> str | None:
        """The id of the (last) request that carried these sentences."""
        return self.request_ids[-1] if self.request_ids else None

    def complete(self) -> tuple[Vector, ...]:
        """The vectors; raises the first item's error if there is one."""
        vectors: list[Vector] = []
        for item in self.vectors:
            if not isinstance(item, tuple):
                raise item
            vectors.append(item)
        return tuple(vectors)
