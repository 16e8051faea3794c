"""Calls about workers, over a real socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError
from mockserver.settings import CapacitySettings
from tests.mockserver.control.chatting import chat
from tests.mockserver.talk import until

if TYPE_CHECKING:
    from mockserver.server import MockServer


async def test_workers_are_set_changed_and_taken_away(client: ControlClient) -> None:
    """Without any there is a worker for everybody."""
    with pytest.raises(ControlError, match="has no capacity"):
        await client.change_capacity(workers=1)
    assert (await client.capacity()).workers is None

    assert (await client.set_capacity(CapacitySettings(workers=4))).workers == 4
    changed = await client.change_capacity(workers=2, frozen=True)

    assert (changed.workers, changed.frozen, changed.at_work, changed.load) == (2, True, 0, 0.0)
    assert (await client.settings())["capacity"]["workers"] == 2
    assert (await client.remove_capacity()).workers is None


async def test_a_frozen_server_serves_nobody_until_it_is_thawed(
    server: MockServer, client: ControlClient
) -> None:
    """Then it serves all that have waited."""
    await client.set_capacity(CapacitySettings(workers=1, frozen=True))
    chats = [asyncio.ensure_future(chat(server.url)) for _ in range(3)]
    await until(lambda: server.default.workers.queued == 3)
    assert (await client.capacity()).queued == 3

    await client.change_capacity(frozen=False)

    assert await asyncio.gather(*chats) == [200] * 3


@pytest.mark.parametrize(
    ("method", "body", "line"),
    [
        ("PUT", {}, "workers: missing"),
        ("PUT", {"workers": 0}, "workers: must be at least 1"),
        ("POST", {}, "give workers, frozen or both"),
        ("POST", {"queue": 3}, "queue"),
        ("POST", {"frozen": "yes"}, "frozen"),
    ],
)
async def test_a_wrong_call_is_told_in_a_line(
    client: ControlClient, method: str, body: dict[str, object], line: str
) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ControlError) as caught:
        await client._call(method, "/sandboxes/default/capacity", body)

    assert caught.value.status == 400
    assert line in "\n".join(caught.value.lines)
