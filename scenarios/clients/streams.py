"""The host's ends of the protocol: stdin and stdout, taken away from the client under test.

Whatever the client or a library prints must not reach the protocol, and whatever it reads must not
take lines from it. So the two file descriptors move elsewhere before the client is imported:
descriptor 1 becomes stderr, descriptor 0 the null device.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def take_standard_streams() -> tuple[int, int]:
    """The descriptors of the protocol, (in, out); prints go to stderr from here on."""
    protocol_in = os.dup(0)
    protocol_out = os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return protocol_in, protocol_out


def read_lines(
    descriptor: int, receive: Callable[[bytes], None], ended: Callable[[], None]
) -> None:
    """Starts a thread that hands over each line of ``descriptor``, then its end.

    A thread, since the event loop cannot watch every kind of stdin (a file, for one). Both
    callables are called in that thread.
    """

    def run() -> None:
        with os.fdopen(descriptor, "rb") as stream:
            for line in stream:
                receive(line)
        ended()

    threading.Thread(target=run, daemon=True, name="protocol-in").start()


class LineWriter:
    """Writes whole lines to a descriptor, in order, without ever blocking the caller."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True, name="protocol-out")
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Queues one line; it is written at once, as fast as the reader takes it."""
        self._lines.put(line)

    def close(self, timeout_s: float) -> None:
        """Waits for the queued lines to be written, at most ``timeout_s``."""
        self._lines.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            rest = memoryview(line)
            while rest:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except OSError:
                    return  # the harness has gone; there is nobody left to tell
