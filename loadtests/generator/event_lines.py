"""Lines of a stream into the payloads of its events, each as soon as it is whole.

Server-sent events (WHATWG HTML section 9.2.6, data fields alone) and bare JSON, one object a line
(pawa-api.md section 3.2), are told apart line by line. A ``data:`` line that is a JSON object, or
the marker, is given out without waiting for the blank line behind it.
"""

from __future__ import annotations

MARKER = "[DONE]"
BOM = "\ufeff"
"""What may stand before the first line."""


class EventLines:
    """The events of one stream; lines are bytes, as they were read."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data: list[str] = []

    def take(self, line: bytes) -> str | None:
        """The event that this line completes, if it completes one."""
        text = line.decode("utf-8", "replace").rstrip("\r\n").removeprefix(BOM)
        if text.startswith("data:"):
            value = text[5:].removeprefix(" ")
            if not self._data and _whole(value):
                return value
            self._data.append(value)
            return None
        if not text:
            return self.finish()
        return text if text.startswith("{") else None

    def finish(self) -> str | None:
        """The event whose end is the end of the stream, or a blank line."""
        if not self._data:
            return None
        event = "\n".join(self._data)
        self._data.clear()
        return event


def _whole(value: str) -> bool:
    """Whether nothing that follows can belong to it; only its ends are looked at."""
    text = value.strip()
    return (text.startswith("{") and text.endswith("}")) or text == MARKER
