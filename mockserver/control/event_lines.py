"""Server-sent events read out of pieces of bytes, wherever these are cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

LARGEST_EVENT = 64 * 1024 * 1024
"""Bytes of one event; who sends more is no mock server."""


@dataclass(frozen=True, slots=True)
class SentEvent:
    """One event: its name (``message`` where none is said) and its data."""

    name: str
    data: bytes


async def events_in(pieces: AsyncIterable[bytes]) -> AsyncIterator[SentEvent]:
    """The events in pieces of bytes; comments are passed over.

    Raises ValueError for an event that is too large.
    """
    held = bytearray()
    async for piece in pieces:
        searched = max(0, len(held) - 1)
        held += piece
        while (end := held.find(b"\n\n", searched)) >= 0:
            found = _event(bytes(held[:end]))
            del held[: end + 2]
            searched = 0
            if found is not None:
                yield found
        if len(held) > LARGEST_EVENT:
            raise ValueError(f"an event of more than {LARGEST_EVENT} bytes")


def _event(block: bytes) -> SentEvent | None:
    name, data = "message", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if field == b"event":
            name = value.strip().decode("utf-8", "replace")
        elif field == b"data":
            data.append(value.removeprefix(b" "))
    return SentEvent(name, b"\n".join(data)) if data else None
