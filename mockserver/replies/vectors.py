"""Embedding vectors: near for near texts, and each of them tells which text it encodes.

A text is the sum of its words, and a word the sum of itself and of its pieces of three letters,
each of which pushes one number of the vector up or down; so texts that share words, or the stems of
words, lie close, and the rest far apart. Sixteen of the numbers also carry a digest of the whole
text, too small to move it and large enough to tell it from every other. Dimension and
normalisation of the real ones are undocumented (pawa-api.md section 3.7): these have unit length,
and 64 numbers unless the settings say otherwise.
"""

from __future__ import annotations

import hashlib
import math
import re
from functools import lru_cache
from zlib import crc32

DEFAULT_DIMENSION = 64
READ_CHARACTERS = 16_384
"""What is read for the meaning of a text; the digest is taken of all of it."""

_WORD = re.compile(r"\w+")
_LONGEST_WORD = 32
_WORD_WEIGHT = 1.0
_PIECES_WEIGHT = 0.8
"""Length of all pieces of a word together."""
_SMALL_WORD = 3
_SMALL_WEIGHT = 0.25
"""Words of up to three letters (na, ya, the, of) say little of what a text is about."""
_DIGEST_NUMBERS = 16
_DIGEST_SHARE = 0.1
"""Length of the digest beside that of the meaning: it costs a cosine at most 2 %."""
_MIXER = 0x9E3779B1
"""Knuth's multiplicative hash: spreads the low bits of a CRC."""
_STEPS = 1_000_000
"""Each number keeps six decimals."""


def vector_of(text: str, model: str, dimension: int = DEFAULT_DIMENSION) -> tuple[float, ...]:
    """The unit vector of a text: always the same for the same text, model and dimension.

    Each number keeps six decimals, so that it survives JSON unchanged; two texts share a vector
    only if their BLAKE2b digests agree. The vectors of two models have nothing in common.
    """
    numbers = [0.0] * dimension
    seed = crc32(model.encode("utf-8", "surrogatepass"))
    for word in _WORD.findall(text[:READ_CHARACTERS].lower()):
        for place, weight in _features(word, seed, dimension):
            numbers[place] += weight
    length = math.hypot(*numbers) or 1.0
    step = length * _DIGEST_SHARE / (math.sqrt(_DIGEST_NUMBERS) * 127.5)
    for place, byte in enumerate(_digest(text, model)[:dimension]):
        numbers[place] += (byte - 127.5) * step
    scale = _STEPS / math.hypot(*numbers)
    return tuple([round(number * scale) / _STEPS for number in numbers])


def _digest(text: str, model: str) -> bytes:
    whole = b"\0".join(
        (model.encode("utf-8", "surrogatepass"), text.encode("utf-8", "surrogatepass"))
    )
    return hashlib.blake2b(whole, digest_size=_DIGEST_NUMBERS).digest()


@lru_cache(maxsize=8_192)
def _features(word: str, seed: int, dimension: int) -> tuple[tuple[int, float], ...]:
    """The places that a word pushes, and how far."""
    word = word[:_LONGEST_WORD]
    if len(word) <= _SMALL_WORD and not word.isdigit():
        return (_push(word, seed, dimension, _SMALL_WEIGHT),)
    fenced = f"<{word}>"
    pieces = [fenced[start : start + 3] for start in range(len(fenced) - 2)]
    weight = _PIECES_WEIGHT / math.sqrt(len(pieces) or 1)
    pushes = [_push(fenced, seed, dimension, _WORD_WEIGHT)]
    pushes += [_push(piece, seed, dimension, weight) for piece in pieces]
    return tuple(pushes)


def _push(feature: str, seed: int, dimension: int, weight: float) -> tuple[int, float]:
    mixed = (crc32(feature.encode("utf-8", "surrogatepass"), seed) * _MIXER) & 0xFFFFFFFF
    return (mixed >> 8) % dimension, weight if mixed & 0x80 else -weight
