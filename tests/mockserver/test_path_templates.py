"""Paths with names in them."""

from __future__ import annotations

import pytest

from mockserver.path_templates import template_test


@pytest.mark.parametrize(
    ("template", "path", "names"),
    [
        ("/models", "/models", {}),
        ("/models", "/models/1", None),
        ("/models/{id}", "/models/7", {"id": "7"}),
        ("/models/{id}", "/models/a%20b%2Fc", {"id": "a b/c"}),
        ("/models/{id}", "/models/", None),
        ("/models/{id}", "/models/1/2", None),
        ("/w/{id}/t/{tid}", "/w/1/t/2", {"id": "1", "tid": "2"}),
    ],
)
def test_a_name_stands_for_one_segment(
    template: str, path: str, names: dict[str, str] | None
) -> None:
    """Percent-decoded; a path of another form has none."""
    assert template_test(template)(path) == names
