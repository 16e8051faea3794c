"""Healthy replies as bodies that a fault can carry, for rows that need to know every byte."""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.api.envelope import CHAT_OK


def chat_reply(text: str) -> dict[str, Any]:
    """Pawa's answer to a chat request, saying `text` (pawa-api.md section 3.1)."""
    choice = {
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": text},
        "matched_stop": 106,
    }
    return {
        "success": True,
        "message": CHAT_OK,
        "data": {
            "request": [choice],
            "created": 1753304351,
            "model": "pawa-v1-ember-20240924",
            "object": "chat.request",
            "usage": {"tokens_in": 4, "tokens_out": len(text.split())},
        },
    }


def padded_reply(text: str, length: int) -> str:
    """The same as JSON text of `length` bytes: a whole document, and then spaces.

    What is left when it breaks off in the spaces is still valid JSON, so that only a client that
    looks at how the body ended can tell. `text` is ASCII.
    """
    return orjson.dumps(chat_reply(text)).decode().ljust(length)
