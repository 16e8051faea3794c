"""How long to wait before another attempt, when the server did not say.

Full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter") above a small floor: clients
that failed together do not come back together, and no draw turns the pause into a hot loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

SMALLEST_FLOOR_S = 0.02
FLOOR_SHARE = 1 / 8
LARGEST_FLOOR_SHARE = 1 / 2


class Backoff(Protocol):
    """Turns the number of a retry and a draw into a pause."""

    def pause_s(self, retry: int, draw: float) -> float:
        """Seconds before retry ``retry`` (1 is the second attempt); ``draw`` is in [0, 1)."""


@dataclass(frozen=True, slots=True)
class FullJitter:
    """A pause drawn evenly between a floor and a ceiling that doubles until ``cap_s``."""

    base_s: float
    cap_s: float

    def ceiling_s(self, retry: int) -> float:
        """The longest pause: ``base_s``, twice that, four times that, never above ``cap_s``."""
        doublings = min(retry - 1, 64)
        return min(self.cap_s, self.base_s * 2.0**doublings)

    def floor_s(self, retry: int) -> float:
        """The shortest pause: an eighth of the ceiling, and 20 ms where half of it allows that."""
        ceiling = self.ceiling_s(retry)
        return min(ceiling * LARGEST_FLOOR_SHARE, max(ceiling * FLOOR_SHARE, SMALLEST_FLOOR_S))

    def pause_s(self, retry: int, draw: float) -> float:
        """Seconds before that retry."""
        floor = self.floor_s(retry)
        return floor + draw * (self.ceiling_s(retry) - floor)
