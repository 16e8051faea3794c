"""Which endpoint a wrong path was probably meant for."""

from __future__ import annotations

import time

import pytest

from mockserver.api.nearest import nearest_path
from mockserver.api.routes import ENDPOINTS


@pytest.mark.parametrize(
    ("method", "path", "nearest"),
    [
        ("POST", "/v1/chat/completions", "POST /v1/chat/request"),
        ("POST", "/chat/request", "POST /v1/chat/request"),
        ("GET", "/v1/chat/completions", "POST /v1/chat/request"),
        ("POST", "/v1/v1/chat/request", "POST /v1/chat/request"),
        ("POST", "/v1/embeddings", "POST /v1/vectors/embedding"),
        ("GET", "/v1/model", "GET /v1/models"),
        ("GET", "/v1/models/", "GET /v1/models"),
        ("GET", "/v1/agents", "GET /v1/agents/view"),
        ("POST", "/v1/agents", "POST /v1/agents/create"),
        ("GET", "/v1/agents/7", "GET /v1/agents/view/{id}"),
        ("DELETE", "/v1/agents/7", "DELETE /v1/agents/delete/{id}"),
        ("GET", "/v1/store/knowledgebase/4", "GET /v1/store/knowledge-base/{id}"),
        (
            "POST",
            "/v1/store/knowledge-base/semantic-retrival",
            "POST /v1/store/knowledge-base/semantic-retrieval",
        ),
        ("GET", "/v1/workspaces", "GET /v1/transcribe/workspace"),
        ("POST", "/v1/voice/tts", "POST /v1/voice/text-to-speech"),
    ],
)
def test_a_slip_is_understood(method: str, path: str, nearest: str) -> None:
    """A word of another API, a missing prefix, a letter too many, the style of another API."""
    assert nearest_path(method, path) == nearest


@pytest.mark.parametrize("path", ["/", "/health", "/favicon.ico", "/v1/foo", "/v1/images", "//"])
def test_nothing_is_said_where_nothing_is_near(path: str) -> None:
    """A wrong guess helps nobody."""
    assert nearest_path("GET", path) is None


def test_each_endpoint_is_nearest_to_itself() -> None:
    """With an id in place of a name."""
    for endpoint in ENDPOINTS:
        path = f"/v1{endpoint.path}".format(id="7", tid="8")
        assert nearest_path(endpoint.method, path) == f"{endpoint.method} /v1{endpoint.path}"


def test_a_path_of_any_length_is_looked_at_in_no_time() -> None:
    """Its beginning alone, so that nobody can keep the server busy with it."""
    before = time.process_time()
    assert nearest_path("POST", "/v1/chat/request/" + "ab/" * 200_000) is None
    assert nearest_path("POST", "/v1/" + "a" * 1_000_000) is None

    assert time.process_time() - before < 0.5
