"""Which part of a list a request asks for: ``page`` from 1, and ``limit`` rows on each.

How the real API pages is undocumented (pawa-api.md sections 3.8 and 3.13 to 3.15). Without a
``limit`` the page is the whole list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mockserver.api.fields import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its number, and how many rows it has at most (None: all of them)."""

    number: int = 1
    limit: int | None = None

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows that stand on this page."""
        if self.limit is None:
            return rows
        start = (self.number - 1) * self.limit
        return rows[start : start + self.limit]


def read_page(query: Mapping[str, str]) -> Page:
    """The page that a query asks for; raises BadRequest for a number that is none, or under 1."""
    return Page(whole_number(query, "page") or 1, whole_number(query, "limit"))


def whole_number(query: Mapping[str, str], name: str) -> int | None:
    """A whole number of at least 1, or None where the query does not have it."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) >= 1):
        raise BadRequest(f"{name} must be a whole number of at least 1")
    return int(text)


MOST_DIGITS = 18
"""Longer numbers are no page of anything, and Python would refuse to read the longest."""
