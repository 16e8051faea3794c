"""Requests written before they are due, so that the busiest moments have no words to find.

To write one costs more than to record one. They are therefore written before the start and, in a
long run, whenever there is time. A later turn of a conversation is written again with what was
said before, once that is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadtests.traffic.requests import Asked, Author
    from loadtests.traffic.schedule import Arrival, Schedule

AHEAD = 10_000
"""How many are held written at most."""


class WrittenAhead:
    """The requests of one worker's share, in its order."""

    def __init__(self, author: Author, schedule: Schedule, share: Sequence[Arrival]) -> None:
        self._author = author
        self._traffic = [span.traffic for span in schedule.spans]
        self._share = share
        self._next = 0
        self._taken = -1
        self._written: dict[int, Asked] = {}
        self._repeated: dict[tuple[str, int], Asked] = {}

    def __len__(self) -> int:
        return len(self._written)

    def write(self) -> bool:
        """Write one more; False when nothing is left to write or enough is written."""
        while self._next < len(self._share) and len(self._written) < AHEAD:
            arrival = self._share[self._next]
            self._next += 1
            if arrival.index > self._taken:
                self._written[arrival.index] = self._fresh(arrival)
                return True
        return False

    def take(self, arrival: Arrival) -> Asked:
        """The request of an arrival that is due, as if nothing had been said before."""
        self._taken = arrival.index
        return self._written.pop(arrival.index, None) or self._fresh(arrival)

    def with_history(self, arrival: Arrival, history: Sequence[tuple[str, str]]) -> Asked:
        """The request of a later turn, with what was said before."""
        return self._author.asked(arrival, self._traffic[arrival.phase], history)

    def _fresh(self, arrival: Arrival) -> Asked:
        if not arrival.repeated:
            return self._author.asked(arrival, self._traffic[arrival.phase])
        of = (arrival.prompt, arrival.phase)
        asked = self._repeated.get(of)
        if asked is None:
            asked = self._author.asked(arrival, self._traffic[arrival.phase])
            self._repeated[of] = asked
        return asked
