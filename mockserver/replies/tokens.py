"""The mock's tokenizer: a word is a token, and a long word one for each 24 characters begun.

How Pawa AI counts is undocumented (pawa-api.md section 3.1). Words make ``max_tokens`` and
``usage`` checkable by eye; the rule for long words keeps a blob without spaces from being free.
"""

from __future__ import annotations

LONGEST_TOKEN = 24
"""Characters in one token at most."""

IMAGE_TOKENS = 100
"""What one picture counts."""


def count_tokens(text: str) -> int:
    """How many tokens a text has."""
    words = text.split()
    if len(text) <= LONGEST_TOKEN or max(map(len, words), default=0) <= LONGEST_TOKEN:
        return len(words)
    return sum(-(-len(word) // LONGEST_TOKEN) for word in words)
