"""Makers of what the tests of the reference client need."""

from __future__ import annotations

from typing import Any

from scenarios.reference import AnswerStream, Settings
from scenarios.reference.secrets import Secret
from scenarios.reference.transport import Target

KEY = "pk-test-Zq81xvMlRw73"
REQUEST = {"messages": [{"role": "user", "content": "Habari ya asubuhi?"}]}


def make_settings(base_url: str = "http://127.0.0.1:9/v1", **changes: Any) -> Settings:
    """Settings for tests: short pauses, short limits."""
    standard: dict[str, Any] = {
        "api_key": KEY,
        "base_url": base_url,
        "backoff_base_s": 0.01,
        "backoff_cap_s": 0.05,
        "timeout_s": 5.0,
        "idle_timeout_s": 5.0,
    }
    return Settings(**{**standard, **changes})


def make_target(base_url: str = "http://127.0.0.1:9/v1", model: str = "m") -> Target:
    return Target(base_url, Secret(KEY), model)


async def read_all(stream: AnswerStream) -> list[str]:
    """Reads a stream to its end and lets it go."""
    async with stream:
        return [text async for text in stream]


async def read_into(pieces: list[str], stream: AnswerStream) -> None:
    """Reads a stream to its end, keeping what came before an error."""
    async with stream:
        async for text in stream:
            pieces.append(text)  # noqa: PERF401 - an error must not lose what came before it
