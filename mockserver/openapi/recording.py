"""The examples of the document, asked of a real sandbox: what stands in it is what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

from mockserver.api.routes import ENDPOINTS
from mockserver.openapi.api import example_path, operations
from mockserver.openapi.operation import JSON
from mockserver.sandbox import Sandbox
from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from mockserver.api.endpoint import Endpoint
    from mockserver.openapi.operation import Example

SETTINGS = SandboxSettings.model_validate(
    {"seed": 1, "clock": {"start": "2025-09-09T08:30:00Z", "frozen": True}}
)
"""A sandbox whose time stands, so that it always answers the same."""

_TURNS = {"POST": 1, "PUT": 2, "GET": 3, "DELETE": 4}
_LAST_MADE = ("retrieval", "chat", "agents.chat", "transcriptions.upload")
"""What needs something that another POST makes."""


async def record() -> dict[str, dict[str, Any]]:
    """The answer to each example: its status, media type and body, by operation and example.

    Sounds are left out: no document shows them.
    """
    told = operations(SETTINGS)
    sandbox = Sandbox(SETTINGS)
    await sandbox.open()
    answers: dict[str, dict[str, Any]] = {}
    try:
        key = {"Authorization": f"Bearer {sandbox.key}"}
        async with aiohttp.ClientSession(headers=key) as session:
            for endpoint in sorted(ENDPOINTS, key=_turn):
                for example in told[endpoint.name].examples:
                    answer = await _ask(session, sandbox.base_url, endpoint, example)
                    answers.setdefault(endpoint.name, {})[example.name] = answer
    finally:
        await sandbox.close()
    return {endpoint.name: answers[endpoint.name] for endpoint in ENDPOINTS}


def _turn(endpoint: Endpoint) -> tuple[int, bool, int]:
    """Made, changed, shown, forgotten; what stands in something else is forgotten before it."""
    turn, place = _TURNS[endpoint.method], ENDPOINTS.index(endpoint)
    return turn, endpoint.name in _LAST_MADE, -place if turn == _TURNS["DELETE"] else place


async def _ask(
    session: aiohttp.ClientSession, url: str, endpoint: Endpoint, example: Example
) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    if example.files:
        sent["data"] = _form(example)
    elif example.body is not None:
        sent["json"] = example.body
    path = url + example_path(endpoint, example)
    async with session.request(endpoint.method, path, params=dict(example.query), **sent) as got:
        kind, body = got.content_type, await got.read()
        told: Any = None
        if kind == JSON:
            told = await got.json()
        elif kind.startswith("text/"):
            told = body.decode()
        return {"status": got.status, "type": kind, "body": told}


def _form(example: Example) -> aiohttp.MultipartWriter:
    # References are drawn from the bytes of the request, and a boundary is usually random.
    form = aiohttp.MultipartWriter("form-data", boundary="example")
    for name, value in (example.body or {}).items():
        form.append(str(value)).set_content_disposition("form-data", name=name)
    for file in example.files:
        part = form.append(file.data, {"Content-Type": file.content_type})
        part.set_content_disposition("form-data", name=file.field, filename=file.filename)
    return form
