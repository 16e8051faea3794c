"""Lines that wait to be sent to the master: whole lines only, handed over as one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.events import to_line

if TYPE_CHECKING:
    from loadtests.events import Event


class Batch:
    """Collects the lines of events until somebody takes them."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def add(self, event: Event) -> None:
        """One event more."""
        self._lines.append(to_line(event))

    def take(self) -> bytes:
        """All lines since the last time, in their order; empty when there are none."""
        lines, self._lines = self._lines, []
        return b"".join(lines)
