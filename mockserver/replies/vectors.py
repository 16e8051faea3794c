"""Embedding vectors that tell which sentence they encode.

Dimension and normalisation of the real ones are undocumented (pawa-api.md section 3.7): these have
unit length, and 64 numbers unless the settings say otherwise.
"""

from __future__ import annotations

import hashlib
import math
import struct

DEFAULT_DIMENSION = 64


def vector_of(sentence: str, model: str, dimension: int = DEFAULT_DIMENSION) -> tuple[float, ...]:
    """The unit vector of a sentence: always the same for the same sentence, model and dimension.

    Each number keeps six decimals, so that it survives JSON unchanged; two sentences share a
    vector only if their SHAKE-128 digests agree.
    """
    seed = b"\0".join((model.encode(), sentence.encode("utf-8", "surrogatepass")))
    digest = hashlib.shake_128(seed).digest(4 * dimension)
    raw = [number / 2**31 - 1 for number in struct.unpack(f"<{dimension}I", digest)]
    length = math.sqrt(math.fsum(number * number for number in raw)) or 1.0
    return tuple(round(number / length, 6) for number in raw)
