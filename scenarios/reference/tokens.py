"""A guess at tokens and a price for them, for the time before the server has counted.

Pawa documents no tokenizer. Four bytes of UTF-8 for a token is the usual rule of thumb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.reference.answers import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.reference.settings import Price

BYTES_PER_TOKEN = 4
OPEN_ENDED_TOKENS = 512
"""What an answer without ``max_tokens`` is taken to need until the server has counted."""


def tokens_of(text: str) -> int:
    """A guess at the tokens of a text, at least 1."""
    return max(1, -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN))


def usage_of_request(body: Mapping[str, Any]) -> Usage:
    """What a request will read for certain and may write at most."""
    read = sum(tokens_of(text) for text in _texts(body.get("messages")))
    read += sum(tokens_of(text) for text in _texts(body.get("sentences")))
    if "sentences" in body:
        return Usage(read, 0)
    ceiling = body.get("max_tokens")
    written = ceiling if type(ceiling) is int and ceiling > 0 else OPEN_ENDED_TOKENS
    return Usage(max(read, 1), written)


def cost_of(usage: Usage, price: Price) -> float:
    """What tokens cost, in units of the prices."""
    cost = usage.tokens_in * price.in_per_1k + usage.tokens_out * price.out_per_1k
    return cost / 1000


def _texts(value: Any) -> list[str]:
    """Every text in messages of either shape, and in lists of sentences."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return _texts(value.get("content", value.get("text")))
    return []
