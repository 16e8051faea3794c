"""How the tests meet a defect that shows under load alone: in this process, over a real socket."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from scenarios.clients.host import load_factory
from scenarios.clients.hosted import HostedClient, HostedError
from scenarios.clients.reference_adapter import ReferenceFactory
from scenarios.zoo.defects import DEFECTS
from tests.scenarios.reference.makers import KEY, REQUEST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SETTINGS = {"api_key": KEY, "backoff_base_s": 0.01, "backoff_cap_s": 0.05, "timeout_s": 5.0}


@asynccontextmanager
async def let_loose(name: str, base_url: str, **settings: Any) -> AsyncIterator[HostedClient]:
    """The client of a defect, opened as the host opens it; ``reference`` is the sound one."""
    sound = ReferenceFactory()
    factory = sound if name == "reference" else load_factory(DEFECTS[name].spec)
    client = await factory.open({**SETTINGS, "base_url": base_url, **settings})
    try:
        yield client
    finally:
        await client.close()


async def ask(client: HostedClient, deadline_s: float | None = None) -> str:
    """What one call got: its text, or the kind of its error."""
    try:
        answer = await client.chat(
            REQUEST, emit=lambda _: None, deadline_s=deadline_s, fallback=None, pace=None
        )
    except HostedError as error:
        return error.kind
    return str(answer["text"])
