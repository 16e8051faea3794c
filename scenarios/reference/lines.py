"""Bytes of a stream, as they arrive, into lines (WHATWG HTML section 9.2.5).

LF, CRLF and CR end a line; a CRLF may be torn apart by two reads; one BOM at the very start is
dropped. Lines are cut in bytes and decoded whole, so that no character is ever torn apart.
"""

from __future__ import annotations

import re

from scenarios.reference.errors import BadResponseError

LONGEST_LINE_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class LineSplitter:
    """Collects bytes and gives out whole lines, each at once when its end has arrived."""

    line_end = re.compile(rb"\r\n|\n|\r")

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._at_start = True
        self._after_cr = False

    def feed(self, data: bytes) -> list[str]:
        """The lines that ``data`` ends, without their line ends; raises BadResponseError."""
        data = self._without_bom(data)
        if data and self._after_cr:
            data = self.without_torn_end(data)
            self._after_cr = False
        if not data:
            return []
        *whole, rest = self.line_end.split(data)
        self._after_cr = data.endswith(b"\r")
        lines = []
        for piece in whole:
            lines.append(self.decode(b"".join((*self._held, piece))))
            self._held.clear()
            self._held_bytes = 0
        self._hold(rest)
        return lines

    def finish(self) -> str:
        """What stands behind the last line end, once no more bytes will come."""
        rest = b"".join(self._held)
        self._held.clear()
        return self.decode(rest)

    def without_torn_end(self, data: bytes) -> bytes:
        """What follows a read that ended in CR, without the LF that belongs to that CR."""
        return data.removeprefix(b"\n")

    def decode(self, line: bytes) -> str:
        """A whole line as text; raises BadResponseError when it is not UTF-8."""
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            place = error.start
        raise BadResponseError(f"the stream is not UTF-8: a wrong byte at {place} of a line")

    def _hold(self, rest: bytes) -> None:
        if not rest:
            return
        self._held.append(rest)
        self._held_bytes += len(rest)
        if self._held_bytes > LONGEST_LINE_BYTES:
            raise BadResponseError(
                f"a line of the stream is longer than {LONGEST_LINE_BYTES} bytes"
            )

    def _without_bom(self, data: bytes) -> bytes:
        """The data without a BOM at the start of the stream; holds back the start of one."""
        if not self._at_start:
            return data
        data = b"".join((*self._held, data))
        self._held.clear()
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._held = [data] if data else []
            return b""
        self._at_start = False
        return data.removeprefix(_BOM)
