"""Projects."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.configuration.file import ConfigError, check
from mockserver.settings import ProjectSettings, SandboxSettings


def test_a_project_is_bound_by_nothing_of_its_own_unless_told() -> None:
    """The limits are the sandbox's, and so is the money."""
    project = ProjectSettings(id="shop")

    assert (project.rate_limits, project.budget, project.models) == (None, None, ())


KEY = {"id": "a", "key": "key-a", "project": "shop"}


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"projects": [{"id": "shop"}, {"id": "shop"}]},
            "x: project id 'shop' occurs twice; each needs its own",
        ),
        (
            {"projects": [{"id": "till"}, {"id": "ship"}], "keys": [KEY]},
            "x: key 'a' is of project 'shop', which is none of the projects: ship, till",
        ),
        (
            {"projects": [{"id": "p", "rate_limits": [{"id": "m", "limit": 1}] * 2}]},
            "x: rate limit id 'm' occurs twice; each needs its own",
        ),
        (
            {"rate_limits": [{"id": "m", "limit": 1}] * 2},
            "x: rate limit id 'm' occurs twice; each needs its own",
        ),
        (
            {
                "keys": [
                    KEY,
                    {**KEY, "id": "b", "key": "k", "previous": [{"key": "key-a", "until": 1}]},
                ]
            },
            "x: two keys have the same secret; give each key its own",
        ),
    ],
)
def test_projects_and_keys_belong_together(fields: dict[str, Any], line: str) -> None:
    """A misspelt project would be one without limits."""
    with pytest.raises(ConfigError) as caught:
        check(SandboxSettings, fields, "x")

    assert caught.value.lines == (line,)


def test_keys_may_name_projects_where_none_are_told() -> None:
    """And the default project needs no settings."""
    assert SandboxSettings.model_validate({"keys": [KEY]}).keys[0].project == "shop"
    assert SandboxSettings.model_validate({"projects": [{"id": "till"}]}).projects
