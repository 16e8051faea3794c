"""Answers kept for a while, under a key that holds everything that can change them.

The key is made of the whole request as it goes on the wire, not of a list of fields: a field that
nobody thought of is part of it too.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scenarios.reference.requests import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scenarios.reference.answers import Answer
    from scenarios.reference.secrets import Secret

STORED_FINISHES = frozenset({"stop", "tool_calls"})
"""Finish reasons of an answer that says all it had to say."""


class AnswerCache:
    """A cache in memory, least recently used out first."""

    def __init__(
        self, ttl_s: float, max_entries: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ttl_s = ttl_s
        self._max_entries = max_entries
        self._clock = clock
        self._entries: OrderedDict[str, tuple[float, Answer]] = OrderedDict()

    def key(self, body: Mapping[str, Any], base_url: str, api_key: Secret) -> str:
        """The name of a request: a digest over address, key and the whole canonical body."""
        digest = hashlib.sha256()
        for part in (base_url.encode(), api_key.reveal().encode(), self.canonical(body)):
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()

    def canonical(self, body: Mapping[str, Any]) -> bytes:
        """The body with its keys in order; equal for equal requests only."""
        return encode(body, sort_keys=True)

    def lookup(self, key: str) -> Answer | None:
        """A fresh answer, marked as one that cost nothing and came from the cache."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        stored_s, answer = entry
        if self._clock() - stored_s >= self._ttl_s:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return replace(answer, source="cache", cost=0.0, attempts=0)

    def store(self, key: str, answer: Answer) -> None:
        """Keeps an answer if it is worth repeating."""
        if not self.is_worth_keeping(answer):
            return
        self._entries[key] = (self._clock(), answer)
        self._entries.move_to_end(key)
        while len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def is_worth_keeping(self, answer: Answer) -> bool:
        """Whole, not filtered or cut short, from the model that was asked."""
        return answer.finish_reason in STORED_FINISHES and not answer.degraded
