"""Defects in what is stored, and under which name."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from scenarios.reference import Answer, PawaClient, PawaError, Settings
from scenarios.reference.cache import AnswerCache
from scenarios.reference.requests import encode
from scenarios.zoo.defect import defect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference.secrets import Secret


@defect(
    "Z09",
    seen="plausible: a time or a request id that became part of the key",
    caught_by={"CACHE-001": "arrivals of two equal calls"},
)
class NeverFindsAnything(AnswerCache):
    """The moment of the call is part of the cache key, so that no repeat is ever found."""

    def key(self, body: Mapping[str, Any], base_url: str, api_key: Secret) -> str:
        """A name that is used once."""
        return f"{super().key(body, base_url, api_key)} at {time.monotonic_ns()}"


@defect(
    "M78",
    seen="lunargate#2; litellm#25673",
    caught_by={"CACHE-002": ("pairs of which one never arrived", "answers to another request")},
)
class KeysByHand(AnswerCache):
    """The cache key is made of a list of fields that someone wrote down once."""

    FIELDS = ("model", "messages", "temperature", "max_tokens", "stream")

    def canonical(self, body: Mapping[str, Any]) -> bytes:
        """The fields of the list."""
        return encode({name: body.get(name) for name in self.FIELDS}, sort_keys=True)


@defect(
    "M80",
    seen="dataloader#258; cedar#2660",
    caught_by={"CACHE-004": ("*: arrivals", "*: the second call gets the healthy answer")},
)
class RemembersFailures(PawaClient):
    """Errors are stored like answers."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._failures: dict[str, PawaError] = {}

    async def chat(
        self, request: Mapping[str, Any], *, deadline_s: float | None = None, fallback: bool = True
    ) -> Answer:
        """The failure that this request met before, if caching is on."""
        key = json.dumps(request, sort_keys=True)
        if self.parts.cache and key in self._failures:
            raise self._failures[key]
        try:
            return await super().chat(request, deadline_s=deadline_s, fallback=fallback)
        except PawaError as error:
            self._failures[key] = error
            raise
