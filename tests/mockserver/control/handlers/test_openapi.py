"""The OpenAPI documents, as a running server gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

from mockserver.control.handlers import CALLS
from mockserver.control.handlers.openapi import all_calls
from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from mockserver.server import MockServer


async def get(server: MockServer, path: str) -> Any:
    """The document at a path of the control API."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{server.control_url}{path}") as answer,
    ):
        assert answer.status == 200
        return await answer.json()


async def test_each_sandbox_has_its_own(server: MockServer) -> None:
    """With its address and its settings; without a name it is the first one's."""
    lab = SandboxSettings.model_validate({"name": "lab", "api": {"extra_chat_models": ["mine"]}})
    sandbox = await server.open_sandbox(lab)
    first = await get(server, "/openapi.json")
    other = await get(server, "/sandboxes/lab/openapi.json")

    assert first["servers"][0]["url"] == server.url
    assert other["servers"][0]["url"] == sandbox.base_url
    assert "mine" in str(other["paths"]["/chat/request"])
    assert "mine" not in str(first["paths"]["/chat/request"])


async def test_the_control_api_has_one(server: MockServer) -> None:
    """With these very calls in it."""
    told = await get(server, "/control/openapi.json")

    assert told["servers"] == [{"url": server.control_url}]
    assert "/control/openapi.json" in told["paths"]
    assert all_calls() is CALLS
