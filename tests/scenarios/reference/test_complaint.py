"""Code and message out of every error body that servers write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.complaint import EXCERPT_CHARACTERS, Complaint, read_complaint

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "code", "type", "title"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"success": False, "message": "Unauthorized access", "data": None},
            "",
            "Unauthorized access",
        ),
        ({"message": ["a is wrong", "b is wrong"]}, "", "a is wrong; b is wrong"),
        ({"detail": "Not here"}, "", "Not here"),
        ({"detail": [{"loc": ["x"], "msg": "x is missing"}]}, "", "x is missing"),
        ({"title": "Down", "status": 503, "code": "E42"}, "E42", "Down"),
        (
            {"type": "https://example.org/down", "title": "Down", "detail": "for repairs"},
            "https://example.org/down",
            "Down: for repairs",
        ),
        ({"type": "about:blank", "title": "Down"}, "", "Down"),
        ({"error": {"type": "overloaded_error", "message": "busy"}}, "overloaded_error", "busy"),
        ({"error": {"code": 429, "message": "slow"}}, "429", "slow"),
        ({"error": "broken"}, "", "broken"),
        ({"success": False, "code": "X", "error": "broken", "message": "outer"}, "X", "broken"),
        ("just text", "", "just text"),
        ([1, 2], "", ""),
        (None, "", ""),
    ],
)
def test_json(body: Any, code: str, message: str) -> None:
    """Every known shape gives its code and its message."""
    assert read_complaint(json.dumps(body).encode()) == Complaint(code, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b"upstream timed out", "upstream timed out"),
        (
            b"<html><head><title>502\nBad Gateway</title></head></html>",
            "an HTML page: 502 Bad Gateway",
        ),
        (b"<p>Sorry</p>", "an HTML page: Sorry"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'{"message": "cut', '{"message": "cut'),
        (b'\xef\xbb\xbf{"message": "marked"}', "marked"),
    ],
)
def test_other_bodies(body: bytes, message: str) -> None:
    """What is no JSON is quoted on one line."""
    assert read_complaint(body) == Complaint("", message)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_never_raises(body: bytes) -> None:
    """No body makes the reading fail, or gives more than an excerpt."""
    complaint = read_complaint(body)

    assert len(complaint.message) <= EXCERPT_CHARACTERS
    assert len(complaint.code) <= EXCERPT_CHARACTERS


def test_huge_bodies() -> None:
    """A huge or bottomless body becomes a short excerpt."""
    assert len(read_complaint(b"x" * 1_000_000).message) == EXCERPT_CHARACTERS
    assert len(read_complaint(b"[" * 100_000).message) == EXCERPT_CHARACTERS
    assert len(read_complaint(b"<" + b"a" * 1_000_000).message) <= EXCERPT_CHARACTERS
