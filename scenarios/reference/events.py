"""Lines of a stream into events, in both framings that Pawa's documents leave open.

Server-sent events (WHATWG HTML section 9.2.6) and bare JSON, one object per line
(pawa-api.md section 3.2), told apart line by line. A ``data:`` field that is whole JSON by itself
is given out without waiting for the blank line, since nothing that follows could belong to it;
so ``data:`` lines without blank lines between them work too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

MARKER = "[DONE]"
_KNOWN_FIELDS = ("data", "event", "id", "retry")


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event: its payload, and its name where the framing gives one."""

    data: str
    name: str = ""

    @property
    def is_marker(self) -> bool:
        """Whether this is the terminal marker."""
        return self.data.strip() == MARKER


class EventAssembler:
    """Puts lines together, one method for each kind of line."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._name = ""

    def take(self, line: str) -> list[StreamEvent]:
        """The events that this line completes."""
        if not line:
            return self.on_blank()
        if line.startswith(":"):
            return self.on_comment(line[1:])
        name, colon, value = line.partition(":")
        if name in _KNOWN_FIELDS:
            return self.on_field(name, value.removeprefix(" "))
        if colon and name.isidentifier():
            return []
        return self.on_bare(line)

    def on_comment(self, text: str) -> list[StreamEvent]:
        """A comment is a sign of life and nothing else."""
        del text
        return []

    def on_field(self, name: str, value: str) -> list[StreamEvent]:
        """A field of the event under way."""
        if name == "event":
            self._name = value
        if name != "data":
            return []
        self._data.append(value)
        return self.on_blank() if is_whole(self._payload()) else []

    def on_bare(self, line: str) -> list[StreamEvent]:
        """A line without framing is an event of its own."""
        return [*self.on_blank(), StreamEvent(line)]

    def on_blank(self) -> list[StreamEvent]:
        """The event under way is complete."""
        data, name = self._payload(), self._name
        has_data = bool(self._data)
        self._data.clear()
        self._name = ""
        return [StreamEvent(data, name)] if has_data else []

    def finish(self, rest: str) -> list[StreamEvent]:
        """Events at the end of the stream; ``rest`` is an unfinished line.

        What is not whole is dropped: it may have been cut.
        """
        events = [*(self.take(rest) if rest else []), *self.on_blank()]
        return [event for event in events if is_whole(event.data)]

    def _payload(self) -> str:
        return "\n".join(self._data)


def is_whole(data: str) -> bool:
    """Whether a payload can be complete: a JSON object, or the marker."""
    text = data.strip()
    if text == MARKER:
        return True
    if not (text.startswith("{") and text.endswith("}")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
