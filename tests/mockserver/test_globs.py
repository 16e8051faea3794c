"""Globs of texts and paths."""

from __future__ import annotations

import pytest

from mockserver.globs import path_test, text_test


@pytest.mark.parametrize(
    ("text", "expected"),
    [("pawa-v1-ember", True), ("other", True), ("pawa-v2", False), ("PAWA-v1-x", False)],
)
def test_a_text_is_like_one_of_them(text: str, expected: bool) -> None:
    """Any of them will do; case counts, and the whole text has to fit."""
    assert text_test("pawa-v1-*", "othe?")(text) is expected


@pytest.mark.parametrize("path", ["/v1/chat/request", "/chat/request"])
@pytest.mark.parametrize("glob", ["/chat/*", "/v1/chat/*", "*"])
def test_a_path_is_compared_with_and_without_its_version(glob: str, path: str) -> None:
    """As in the rules, people may write either."""
    fits = path_test(glob)(path)

    assert fits is (glob != "/v1/chat/*" or path.startswith("/v1"))


@pytest.mark.parametrize(
    ("glob", "text", "fits"),
    [
        ("a.c", "a.c", True),
        ("a.c", "abc", False),
        ("a?c", "abc", True),
        ("/v1/*", "/v1/chat/request", True),
        ("[ab]*", "beta", True),
        ("[!ab]*", "beta", False),
        ("abc", "ABC", False),
    ],
)
def test_a_glob_knows_stars_question_marks_and_sets(glob: str, text: str, fits: bool) -> None:
    """The whole text, with case; a star crosses slashes."""
    assert text_test(glob)(text) is fits
