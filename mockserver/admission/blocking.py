"""Blocks of keys for a while, by a person or by too many refusals.

Source: pawa-api.md section 5 (who goes over the limit can have the key blocked for a time; trigger
and duration are undocumented, see :class:`~mockserver.settings.KeyBlockSettings`).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mockserver.clock import NS_PER_S

if TYPE_CHECKING:
    from mockserver.settings import KeyBlockSettings


class Blocks:
    """Which keys of one sandbox are blocked, and until when."""

    def __init__(self) -> None:
        self._until: dict[str, int] = {}
        self._refusals: dict[str, deque[int]] = {}

    def block(self, key_id: str, now_ns: int, for_ns: int) -> None:
        """Block a key for so long from now, whatever was said before."""
        self._until[key_id] = now_ns + for_ns

    def unblock(self, key_id: str) -> None:
        """Let a key in again, its refusals forgotten."""
        self._until.pop(key_id, None)
        self._refusals.pop(key_id, None)

    def left_ns(self, key_id: str, now_ns: int) -> int:
        """How long a key stays blocked; 0 when it is not."""
        until = self._until.get(key_id)
        if until is None:
            return 0
        if until <= now_ns:
            del self._until[key_id]
            return 0
        return until - now_ns

    def refused(self, settings: KeyBlockSettings, key_id: str, now_ns: int) -> int:
        """Count a refusal by the rate limits; nanoseconds for which that blocks the key, or 0."""
        if settings.after_refusals is None:
            return 0
        times = self._refusals.setdefault(key_id, deque())
        gone = now_ns - round(settings.within_s * NS_PER_S)
        while times and times[0] <= gone:
            times.popleft()
        times.append(now_ns)
        if len(times) < settings.after_refusals:
            return 0
        times.clear()
        block_ns = round(settings.block_s * NS_PER_S)
        self.block(key_id, now_ns, block_ns)
        return block_ns

    def clear(self) -> None:
        """Nobody is blocked, and no refusal was counted."""
        self._until.clear()
        self._refusals.clear()
