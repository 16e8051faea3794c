"""The events file, as the master (or the local runner) writes it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from loadtests.events import to_line

if TYPE_CHECKING:
    from pathlib import Path

    from loadtests.events import Event


class Recorder:
    """Appends whole lines, unbuffered: whoever reads the file as it grows sees them at once.

    Raises OSError when the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def tell(self, event: Event) -> None:
        """Write one event."""
        self.append(to_line(event))

    def append(self, lines: bytes) -> None:
        """Write lines that are events already."""
        rest = memoryview(lines)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def close(self) -> None:
        """Write nothing more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
