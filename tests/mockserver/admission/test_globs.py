"""Globs of models and paths."""

from __future__ import annotations

import pytest

from mockserver.admission.globs import path_test, text_test


@pytest.mark.parametrize(
    ("text", "expected"),
    [("pawa-v1-ember", True), ("other", True), ("pawa-v2", False), ("PAWA-v1-x", False)],
)
def test_a_text_is_like_one_of_them(text: str, expected: bool) -> None:
    """Any of them will do; case counts, and the whole text has to fit."""
    assert text_test(("pawa-v1-*", "othe?"))(text) is expected


@pytest.mark.parametrize("path", ["/v1/chat/request", "/chat/request"])
@pytest.mark.parametrize("glob", ["/chat/*", "/v1/chat/*", "*"])
def test_a_path_is_compared_with_and_without_its_version(glob: str, path: str) -> None:
    """As in the rules, people may write either."""
    fits = path_test((glob,))(path)

    assert fits is (glob != "/v1/chat/*" or path.startswith("/v1"))
