"""What a healthy model says: words that depend on the request alone, cut where the caller asked.

The same request always gets the same words. ``max_tokens`` and ``stop`` only cut: they do not
change what stands before the cut.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import orjson

from mockserver.replies.phrases import ENGLISH, FITTING, SWAHILI
from mockserver.replies.tokens import LONGEST_TOKEN, count_tokens
from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.replies.calls import ToolCall

SEED_BYTES = 64
"""Enough for the words of an ordinary answer without another digest."""

_SHAPING_FIELDS = frozenset({"stream", "max_tokens", "stop"})
_PIECES = re.compile(r"\s*\S+|\s+")

FINISH_STOP = "stop"
FINISH_LENGTH = "length"

MATCHED_END = 106
MATCHED_STOP_SEQUENCE = 128001
"""``matched_stop`` as in the documented examples; what the two numbers mean is undocumented."""


@value
class Composition:
    """A finished text, why it ends there, and its length in tokens.

    ``calls`` are the functions that the model asks for in its place; ``tokens`` counts them too.
    """

    text: str
    finish_reason: str
    matched_stop: int | None
    tokens: int
    calls: tuple[ToolCall, ...] = ()


def seed_of(endpoint: str, body: Mapping[str, object]) -> bytes:
    """BLAKE2b of what the text depends on: the request without what only shapes or cuts it."""
    kept = {name: told for name, told in body.items() if name not in _SHAPING_FIELDS}
    canonical = orjson.dumps([endpoint, kept], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(canonical, digest_size=SEED_BYTES).digest()


def fingerprint_of(body: bytes) -> str:
    """``request-<12 hex>``: the head of the SHA-256 of a request body."""
    return f"request-{hashlib.sha256(body).hexdigest()[:12]}"


def words_of(seed: bytes, count: int) -> list[str]:
    """``count`` words in whole sentences, always the same for the same seed.

    Each sentence takes three bytes; one that would be too long gives way to shorter ones.
    """
    wanted = 3 * (count // 3 + 1)
    chance = seed if len(seed) >= wanted else hashlib.shake_128(seed).digest(wanted)
    words: list[str] = []
    place = 0
    while (left := count - len(words)) > 0:
        first, second, third = chance[place : place + 3]
        place += 3
        who, does, when = ENGLISH if first & 32 else SWAHILI
        sentence = who[first & 31] + does[second & 31] + when[third & 31]
        if len(sentence) > left:
            who, does, when = FITTING[left if left in FITTING else 4]
            sentence = who[first % len(who)] + does[second % len(does)] + when[third % len(when)]
        words += sentence
    return words


def planned_tokens(tokens: int, marks: Sequence[str], text: str | None = None) -> int:
    """The longest that a composition of these can be, in tokens."""
    said = tokens if text is None else count_tokens(text)
    return said + sum(count_tokens(mark) for mark in marks)


def compose(
    seed: bytes,
    tokens: int,
    *,
    text: str | None = None,
    marks: Sequence[str] = (),
    max_tokens: int | None = None,
    stops: Sequence[str] = (),
) -> Composition:
    """Marks first, then ``text`` or else ``tokens`` words; cut to ``max_tokens``, then at a stop.

    A stop sequence cuts before its first occurrence.
    """
    whole = " ".join(words_of(seed, tokens)) if text is None else text
    # The mock's own words are a token each: they need not be counted again.
    size = tokens if text is None else count_tokens(text)
    if marks:
        whole = " ".join((*marks, whole))
        size = count_tokens(whole)
    kept = whole if max_tokens is None or size <= max_tokens else first_tokens(whole, max_tokens)
    ends = [place for place in (kept.find(stop) for stop in stops if stop) if place >= 0]
    if ends:
        kept = kept[: min(ends)]
        return Composition(kept, FINISH_STOP, MATCHED_STOP_SEQUENCE, count_tokens(kept))
    if kept != whole:
        return Composition(kept, FINISH_LENGTH, None, count_tokens(kept))
    return Composition(kept, FINISH_STOP, MATCHED_END, size)


def first_tokens(text: str, limit: int) -> str:
    """The head of a text that has ``limit`` tokens (or all of it); a long word may be cut."""
    kept: list[str] = []
    left = limit
    for piece in _PIECES.findall(text):
        size = count_tokens(piece)
        if size > left:
            space = len(piece) - len(piece.lstrip())
            kept.append(piece[: space + left * LONGEST_TOKEN] if left else "")
            break
        kept.append(piece)
        left -= size
    return "".join(kept)


def split_text(text: str, *, chunk_words: int, chunks: int | None = None) -> tuple[str, ...]:
    """The text in pieces of whole words that join to exactly the text.

    ``chunk_words`` words go into each piece, unless ``chunks`` asks for that many pieces, as even
    as can be (fewer when the text has fewer words). An empty text has no piece.
    """
    words = _PIECES.findall(text)
    if chunks is None:
        bounds = list(range(0, len(words), chunk_words))
    else:
        wanted = min(chunks, len(words))
        bounds = [len(words) * number // wanted for number in range(wanted)]
    ends = [*bounds[1:], len(words)]
    return tuple(
        "".join(words[start:end]) for start, end in zip(bounds, ends, strict=False) if words
    )
