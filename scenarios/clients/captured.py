"""Free text that a client writes, kept within bounds and never written with a secret in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.secrets import SecretMask

HEAD_BYTES = 4 * 1024 * 1024
TAIL_BYTES = 12 * 1024 * 1024
"""Room for the debug log of a whole run many times over, since it is scanned for leaked keys."""


class CapturedText:
    """The first and the last bytes of a text of any length; what falls out between is counted."""

    def __init__(self, *, head_bytes: int = HEAD_BYTES, tail_bytes: int = TAIL_BYTES) -> None:
        self._head_bytes = head_bytes
        self._tail_bytes = tail_bytes
        self._head = bytearray()
        self._tail = bytearray()
        self.total_bytes = 0

    def add(self, data: bytes) -> None:
        """Takes in what was written next."""
        self.total_bytes += len(data)
        room = self._head_bytes - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        # trimmed in big steps, since cutting the front of a bytearray moves the rest
        if len(self._tail) > 2 * self._tail_bytes:
            del self._tail[: -self._tail_bytes]

    @property
    def dropped_bytes(self) -> int:
        """How many bytes between head and tail are not kept."""
        return self.total_bytes - len(self._head) - min(len(self._tail), self._tail_bytes)

    def text(self) -> str:
        """What is kept, with a line that counts what is not."""
        head = self._head.decode("utf-8", "replace")
        tail = self._tail[-self._tail_bytes :].decode("utf-8", "replace")
        dropped = self.dropped_bytes
        return f"{head}\n… {dropped} bytes dropped …\n{tail}" if dropped else head + tail

    def last_lines(self, count: int = 3, width: int = 300) -> str:
        """The last lines that are not blank, joined to one, for a message."""
        end = bytes(self._tail[-4096:] or self._head[-4096:]).decode("utf-8", "replace")
        lines = [line.strip() for line in end.splitlines() if line.strip()]
        return " | ".join(lines[-count:])[-width:]


class KnownSecrets:
    """The keys that were handed to a client, and text without them."""

    def __init__(self, salt: bytes | None = None) -> None:
        self._mask = SecretMask(salt=salt)

    def learn(self, settings: Mapping[str, Any]) -> None:
        """Remembers every key in an ``open``'s settings."""
        self._mask = self._mask.knowing(_keys(settings, ""))

    def mask(self, text: str) -> str:
        """The text with every known key replaced by its fingerprint."""
        return self._mask.mask_text(text)


def _keys(value: object, name: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _keys(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner, name)
    elif isinstance(value, str) and name in ("api_key", "api_keys"):
        yield value
