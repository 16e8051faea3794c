"""How much time is left: one point on the monotonic clock, carried through a whole call."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a monotonic clock, in seconds; infinity is "never".

    Wall-clock jumps neither fire nor suppress it.
    """

    at_s: float = math.inf
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """The moment that is ``seconds`` away; None is never."""
        return cls(math.inf if seconds is None else clock() + seconds, clock)

    @property
    def remaining_s(self) -> float:
        """Seconds left, never below zero; infinity when there is no deadline."""
        return max(0.0, self.at_s - self.clock())

    @property
    def timeout_s(self) -> float | None:
        """The same for asyncio, to which None is "no limit"."""
        return None if math.isinf(self.at_s) else self.remaining_s

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining_s <= 0

    def share(self, parts: int) -> Deadline:
        """An earlier moment that leaves the other ``parts - 1`` parts of the time to others."""
        if math.isinf(self.at_s) or parts <= 1:
            return self
        return Deadline(self.clock() + self.remaining_s / parts, self.clock)

    def sooner(self, seconds: float | None) -> Deadline:
        """The earlier of this moment and the one that is ``seconds`` away."""
        if seconds is None:
            return self
        return Deadline(min(self.at_s, self.clock() + seconds), self.clock)
