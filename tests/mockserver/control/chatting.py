"""One chat with a sandbox, for tests that need some traffic."""

from __future__ import annotations

import aiohttp

BODY = {
    "model": "pawa-v1-ember-20240924",
    "messages": [{"role": "user", "content": "call-0123456789ab"}],
}


async def chat(url: str, key: str = "pawa-dev-key") -> int:
    """The status of one chat."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/chat/request", json=BODY, headers={"Authorization": f"Bearer {key}"}
        ) as response,
    ):
        await response.read()
        return response.status
