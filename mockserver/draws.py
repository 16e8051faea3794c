"""Chance that replays: numbers that depend on nothing but what they are drawn for.

A draw is keyed by the seed, a purpose (of a rule: its id), the request's token and its attempt
number, never by the order of arrival; a concurrent run with the same seed decides the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Sequence

_from_bytes = int.from_bytes
_STEP = 1 / (1 << 53)
"""The distance between two draws: a float in [0.5, 1) has 53 bits."""


def draw(seed: int, rule_id: str, token: str, attempt: int) -> float:
    """A number in [0, 1), evenly spread, that only the four arguments determine."""
    return draw_of(begun(seed, rule_id), tail_of(token, attempt))


def begun(seed: int, rule_id: str) -> hashlib.blake2b:
    """The digest of what the draws of one rule have in common, to be gone on with."""
    return hashlib.blake2b(f"{seed}\x1f{rule_id}\x1f".encode(), digest_size=8)


def tail_of(token: str, attempt: int) -> bytes:
    """What the draws of one attempt have in common."""
    return f"{token}\x1f{attempt}".encode()


def draw_of(digest: hashlib.blake2b, tail: bytes) -> float:
    """:func:`draw` of arguments that were put together before."""
    whole = digest.copy()
    whole.update(tail)
    return (_from_bytes(whole.digest()) >> 11) * _STEP


@value
class Draws:
    """The draws of one decision, for what needs chance: a fault's order, a reply's time."""

    seed: int
    rule_id: str
    token: str
    attempt: int

    def fraction(self, purpose: str) -> float:
        """A number in [0, 1) for a named purpose; the same purpose gives the same number."""
        return draw(self.seed, f"{self.rule_id}\x1e{purpose}", self.token, self.attempt)

    def order(self, purpose: str, length: int) -> Sequence[int]:
        """A permutation of ``range(length)`` for a named purpose."""
        return sorted(range(length), key=lambda index: self.fraction(f"{purpose}:{index}"))
