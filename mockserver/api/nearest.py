"""Which endpoint a path was probably meant for, where none has it."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from mockserver.api.routes import ENDPOINTS
from mockserver.facts import API_PREFIX

FURTHEST = 0.45
"""The largest distance that is still near; 0 is the same path, 1 has nothing in common."""

LONGEST = 120
MOST_SEGMENTS = 8
"""Characters and segments of a path that are looked at."""

OTHER_METHOD = 0.05
"""What another method adds to the distance."""

MISSING = 0.7
"""What a segment too many or too few costs; one in place of another costs up to 1."""

NAMED = 0.1
NAMED_ODDLY = 0.4
"""What it costs that a segment stands where a template has a name: digits do well there."""


def nearest_path(method: str, path: str) -> str | None:
    """The endpoint that is nearest to a method and a path, as ``POST /v1/chat/request``.

    None where nothing is near. Paths are compared segment by segment; two words are as far apart
    as they have few characters in common.
    """
    return _nearest(method, _segments(path[:LONGEST]))


@lru_cache(maxsize=512)
def _nearest(method: str, asked: tuple[str, ...]) -> str | None:
    distances = [
        _cost(asked, told) / max(len(asked), len(told)) + (method != own) * OTHER_METHOD
        for own, told in _TOLD
    ]
    distance = min(distances)
    if distance > FURTHEST:
        return None
    found = ENDPOINTS[distances.index(distance)]
    return f"{found.method} {API_PREFIX}{found.path}"


def _segments(path: str) -> tuple[str, ...]:
    """The words of a path; whether it begins with ``/v1`` makes no difference."""
    words = tuple(word for word in path.lower().split("/") if word)
    words = words[1:] if words[:1] == (API_PREFIX.strip("/"),) else words
    return words[:MOST_SEGMENTS]


_TOLD = tuple((endpoint.method, _segments(endpoint.path)) for endpoint in ENDPOINTS)


def _cost(asked: tuple[str, ...], told: tuple[str, ...]) -> float:
    """The edit distance of two paths, a segment at a time."""
    before = [number * MISSING for number in range(len(told) + 1)]
    for row, word in enumerate(asked, start=1):
        costs = [row * MISSING]
        for column, other in enumerate(told, start=1):
            swapped = before[column - 1] + _difference(word, other)
            costs.append(min(swapped, before[column] + MISSING, costs[-1] + MISSING))
        before = costs
    return before[-1]


@lru_cache(maxsize=4096)
def _difference(word: str, other: str) -> float:
    """How far a segment is from one of a template: 0 to 1."""
    if other.startswith("{"):
        return NAMED if any(map(str.isdigit, word)) else NAMED_ODDLY
    return 1.0 - SequenceMatcher(None, word, other, autojunk=False).ratio()
