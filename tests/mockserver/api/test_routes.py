"""From method and path to an endpoint, or to 404 or 405 in the envelope."""

from __future__ import annotations

import pytest

from mockserver.answer import Answer
from mockserver.api import routes
from mockserver.api.routes import Route, route


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1/chat/request", "chat"),
        ("POST", "/v1/agents/chat/request", "agents.chat"),
        ("POST", "/v1/vectors/embedding", "embeddings"),
        ("GET", "/v1/models", "models.list"),
        ("GET", "/v1/models/2", "models.one"),
    ],
)
def test_each_path_has_its_endpoint(method: str, path: str, name: str) -> None:
    """The paths of pawa-api.md section 3 that this mock serves."""
    found = route(method, path)

    assert isinstance(found, Route)
    assert found.endpoint.name == name


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/chat/request",
        "/v1/chat/request/",
        "/v2/chat/request",
        "/v1/chat/completions",
        "/v1/models/1/2",
        "/health",
    ],
)
def test_any_other_path_is_not_found(path: str) -> None:
    """Also the ones that third parties guess at."""
    answer = route("GET", path)

    assert isinstance(answer, Answer)
    assert answer.status == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/chat/request", "POST"),
        ("OPTIONS", "/v1/chat/request", "POST"),
        ("POST", "/v1/models", "GET"),
        ("DELETE", "/v1/models/1", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_one(method: str, path: str, allow: str) -> None:
    """405 with Allow."""
    answer = route(method, path)

    assert isinstance(answer, Answer)
    assert (answer.status, dict(answer.headers)["Allow"]) == (405, allow)


def test_the_paths_can_be_listed() -> None:
    """For people to read."""
    assert "/v1/chat/request" in routes.paths()
    assert "/v1/models/{id}" in routes.paths()
