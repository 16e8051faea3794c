"""Bytes of a pipe into the lines of the client protocol."""

from __future__ import annotations

from scenarios.clients.breaches import line_too_long
from scenarios.clients.protocol import MAX_LINE_BYTES


class PipeLines:
    """Cuts at line feeds; what is not yet a line is kept until its end comes."""

    def __init__(self, longest: int = MAX_LINE_BYTES) -> None:
        self._longest = longest
        self._held: list[bytes] = []
        self._held_bytes = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that ``data`` ends; raises ProtocolError for one that is too long."""
        *whole, rest = data.split(b"\n")
        if whole and self._held:
            whole[0] = b"".join((*self._held, whole[0]))
            self._held.clear()
            self._held_bytes = 0
        if rest:
            self._held.append(rest)
            self._held_bytes += len(rest)
        # what a line has grown to is its length, whether it has ended or not
        if self._held_bytes > self._longest or (whole and len(whole[0]) > self._longest):
            raise line_too_long()
        return whole

    def finish(self) -> list[bytes]:
        """What stands behind the last line end, once no more will come."""
        rest = b"".join(self._held)
        self._held.clear()
        self._held_bytes = 0
        return [rest] if rest else []
