"""The events file as it grows: what the traffic side has told since the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.errors import WorldError
from loadtests.events import from_line

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from loadtests.events import Event


class EventsFile:
    """Reads a file from its beginning, whole lines only; it may not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._begun = b""
        self._line = 0

    def read(self) -> list[Event]:
        """The events that have come since the last time. Raises WorldError for what is none."""
        if self._file is None:
            try:
                self._file = self._path.open("rb")
            except FileNotFoundError:
                return []
        *lines, self._begun = (self._begun + self._file.read()).split(b"\n")
        return [self._event(line) for line in lines]

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _event(self, line: bytes) -> Event:
        self._line += 1
        try:
            return from_line(line)
        except (ValueError, TypeError, AttributeError) as error:
            raise WorldError(
                f"{self._path.name}: line {self._line} is no event of a load test ({error})"
            ) from None
