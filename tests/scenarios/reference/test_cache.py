"""The cache: what is one request, what is kept, and for how long."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.answers import Answer
from scenarios.reference.cache import AnswerCache
from scenarios.reference.secrets import Secret

BODY: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "Habari?"},
    ],
    "temperature": 0.5,
    "tools": [{"type": "function", "function": {"name": "f"}}],
}
CHANGES: list[tuple[str, Any]] = [
    ("model", "n"),
    ("messages", [{"role": "user", "content": "Habari?"}]),
    ("temperature", 0.6),
    ("temperature", None),
    ("tools", []),
    ("tool_choice", "auto"),
    ("top_p", 0.9),
    ("max_tokens", 10),
    ("stop", ["."]),
    ("seed", 1),
    ("seed", True),
    ("seed", 1.0),
    ("response_format", {"type": "json"}),
    ("n", 2),
    ("frequency_penalty", 0.1),
    ("presence_penalty", 0.1),
    ("logit_bias", {"5": 1}),
    ("reasoning", {"effort": "high"}),
    ("capabilities", {"name": "reasoning"}),
    ("memoryChat", []),
    ("rag", {"topK": 1}),
    ("stream", True),
    ("stream", False),
    ("user", "u1"),
    ("something_new", 0),
]
KEY = Secret("pk-1234")


def make_cache(ttl_s: float = 10, max_entries: int = 3) -> tuple[AnswerCache, list[float]]:
    """A cache and the hands of its clock."""
    now_s = [0.0]
    return AnswerCache(ttl_s, max_entries, lambda: now_s[0]), now_s


def good(text: str = "x", **changes: Any) -> Answer:
    return Answer(**{"text": text, "model": "m", "finish_reason": "stop", "cost": 1.0, **changes})


def test_every_field_counts() -> None:
    """Requests that differ in any one field, known or not, have different names."""
    cache, _ = make_cache()
    bodies = [BODY, *({**BODY, name: value} for name, value in CHANGES)]

    keys = {cache.key(body, "http://a", KEY) for body in bodies}

    assert len(keys) == len(bodies)


def test_address_and_key_count() -> None:
    """Another address or another key is another request."""
    cache, _ = make_cache()

    keys = {
        cache.key(BODY, "http://a", KEY),
        cache.key(BODY, "http://b", KEY),
        cache.key(BODY, "http://a", Secret("pk-5678")),
    }

    assert len(keys) == 3


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), values, max_size=4))
def test_order_does_not_count(body: dict[str, Any]) -> None:
    """The order of fields changes nothing, at any depth."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(inner) for name, inner in reversed(value.items())}
        return [turned(inner) for inner in value] if isinstance(value, list) else value

    cache, _ = make_cache()

    assert cache.key(turned(copy.deepcopy(body)), "u", KEY) == cache.key(body, "u", KEY)


def test_hits() -> None:
    """A stored answer comes back marked, and costs nothing."""
    cache, _ = make_cache()
    cache.store("k", good("Habari"))

    hit = cache.lookup("k")

    assert hit is not None
    assert (hit.text, hit.source, hit.cost, hit.attempts) == ("Habari", "cache", 0.0, 0)
    assert cache.lookup("other") is None


def test_age() -> None:
    """An answer is repeated for less than its time, and not after."""
    cache, now_s = make_cache(ttl_s=10)
    cache.store("k", good())

    now_s[0] = 9.9
    assert cache.lookup("k") is not None
    now_s[0] = 10.0
    assert cache.lookup("k") is None


def test_room() -> None:
    """The least recently used answer makes room."""
    cache, _ = make_cache(max_entries=2)
    cache.store("a", good())
    cache.store("b", good())
    cache.lookup("a")
    cache.store("c", good())

    assert [cache.lookup(key) is not None for key in "abc"] == [True, False, True]


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, True),
        ({"finish_reason": "tool_calls"}, True),
        ({"finish_reason": "length"}, False),
        ({"finish_reason": "content_filter"}, False),
        ({"finish_reason": None}, False),
        ({"degraded": True}, False),
    ],
)
def test_what_is_kept(changes: dict[str, Any], kept: bool) -> None:
    """Only whole answers of the model that was asked are kept."""
    cache, _ = make_cache()

    cache.store("k", good(**changes))

    assert (cache.lookup("k") is not None) is kept
